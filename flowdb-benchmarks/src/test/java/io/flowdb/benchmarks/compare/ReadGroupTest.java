package io.flowdb.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.benchmarks.engine.BenchCursor;
import io.flowdb.benchmarks.engine.BenchReader;
import io.flowdb.benchmarks.measure.CallTimer;
import io.flowdb.benchmarks.measure.WrongAnswerException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReadGroupTest {
    private static final long MINUTE = 60_000_000_000L;

    /** Answers a key's first byte and its ts, and for key 13 nothing. */
    private static final class Reader implements BenchReader {
        private int reads;

        @Override
        public byte @Nullable [] get(byte[] key, long ts, byte[] into) {
            reads++;
            into[0] = key[0];
            into[1] = (byte) ts;
            return key[0] == 13 ? null : into;
        }

        @Override
        public BenchCursor all(boolean reverse) {
            throw new UnsupportedOperationException();
        }

        @Override
        public BenchCursor from(byte[] key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public BenchCursor prefix(byte[] prefix) {
            throw new UnsupportedOperationException();
        }
    }

    private final Reader reader = new Reader();
    private final CallTimer timer = new CallTimer(1, MINUTE);
    private final List<String> seen = new ArrayList<>();

    private final ReadGroup group = new ReadGroup(
            reader,
            timer,
            1,
            2,
            (value, number) -> seen.add(value == null ? number + " none" : number + " " + value[0] + "@" + value[1]));

    @Test
    void get_keysInOneArray_readsEachAndChecksItsOwnAnswer() throws Exception {
        byte[] key = new byte[1];
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            key[0] = (byte) i;
            group.get(100 + i, key, -i);
            expected.add(i == 13 ? "113 none" : 100 + i + " " + i + "@" + -i);
        }
        assertThat(reader.reads).isEqualTo(seen.size()).isLessThan(40);

        group.flush();
        group.flush();

        assertThat(seen).isEqualTo(expected);
        assertThat(reader.reads).isEqualTo(40);
        assertThat(timer.calls()).isEqualTo(40);
        assertThat(timer.histogram().count()).isEqualTo(3);
        assertThat(timer.timedNanos()).isPositive();
    }

    @Test
    void get_wrongAnswer_endsTheRun() throws Exception {
        ReadGroup strict = new ReadGroup(reader, timer, 1, 2, (value, number) -> {
            throw new WrongAnswerException("record " + number);
        });
        strict.get(7, new byte[1], 0);

        assertThatThrownBy(strict::flush)
                .isInstanceOf(WrongAnswerException.class)
                .hasMessage("record 7");
    }
}
