package io.flowdb.benchmarks.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.benchmarks.engine.BenchCursor;
import io.flowdb.benchmarks.measure.VersionModel;
import io.flowdb.benchmarks.measure.WrongAnswerException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KvRecordsTest {
    private final KvRecords records = new KvRecords(100);
    private final VersionModel model = new VersionModel(10);
    private final List<byte[][]> stored = new ArrayList<>();

    @BeforeEach
    void writeKeysTwoFiveAndNine() {
        for (int key : new int[] {2, 5, 9}) {
            int version = model.begin(key);
            stored.add(new byte[][] {
                records.key(key).clone(), records.value(key, version).clone()
            });
            model.commit(key);
        }
    }

    @Test
    void key_numbers_areOrderedAsUnsignedBytes() {
        byte[] small = records.key(255).clone();

        assertThat(Arrays.compareUnsigned(small, records.key(256))).isNegative();
        assertThat(Arrays.compareUnsigned(records.missingKey(256), records.key(256)))
                .isNegative();
        assertThat(Arrays.compareUnsigned(records.missingKey(256), small)).isPositive();
        assertThat(small).hasSize(KvRecords.KEY_BYTES);
    }

    @Test
    void check_rightVersion_passes() {
        byte[] value = records.value(5, 1).clone();

        assertThatCode(() -> records.check(value, 5, 1, 1)).doesNotThrowAnyException();
        assertThatCode(() -> records.check(value, 5, 0, 3)).doesNotThrowAnyException();
        assertThatCode(() -> records.check(null, 5, 0, 3)).doesNotThrowAnyException();
    }

    @Test
    void check_staleMissingDamagedOrUnknown_throws() {
        byte[] value = records.value(5, 1).clone();
        byte[] damaged = value.clone();
        damaged[99] ^= 1;

        assertThatThrownBy(() -> records.check(value, 5, 2, 3)).isInstanceOf(WrongAnswerException.class);
        assertThatThrownBy(() -> records.check(null, 5, 1, 3)).isInstanceOf(WrongAnswerException.class);
        assertThatThrownBy(() -> records.check(damaged, 5, 1, 1)).isInstanceOf(WrongAnswerException.class);
        assertThatThrownBy(() -> records.check(value, 5, 0, 0)).isInstanceOf(WrongAnswerException.class);
        assertThatThrownBy(() -> records.check(new byte[2], 5, 0, 9)).isInstanceOf(WrongAnswerException.class);
    }

    @Test
    void checkAll_exactContent_countsTheRecords() throws Exception {
        assertThat(records.checkAll(new ListCursor(stored), model, false)).isEqualTo(3);
        Collections.reverse(stored);
        assertThat(records.checkAll(new ListCursor(stored), model, true)).isEqualTo(3);
    }

    @Test
    void checkAll_recordMissing_throws() {
        stored.remove(1);
        assertThatThrownBy(() -> records.checkAll(new ListCursor(stored), model, false))
                .isInstanceOf(WrongAnswerException.class);
    }

    @Test
    void checkAll_lastRecordMissing_throws() {
        stored.remove(2);
        assertThatThrownBy(() -> records.checkAll(new ListCursor(stored), model, false))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessageContaining("record 9");
    }

    @Test
    void checkAll_recordTooMany_throws() {
        stored.add(new byte[][] {new byte[16], new byte[100]});
        assertThatThrownBy(() -> records.checkAll(new ListCursor(stored), model, false))
                .isInstanceOf(WrongAnswerException.class);
    }

    @Test
    void checkAll_oldVersion_throws() {
        model.begin(5);
        model.commit(5);
        assertThatThrownBy(() -> records.checkAll(new ListCursor(stored), model, false))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessageContaining("record 5 version 2");
    }

    private static final class ListCursor implements BenchCursor {
        private final List<byte[][]> entries;
        private int at = -1;

        ListCursor(List<byte[][]> entries) {
            this.entries = entries;
        }

        @Override
        public boolean next(byte[] key, byte[] value) {
            if (++at == entries.size()) {
                return false;
            }
            System.arraycopy(entries.get(at)[0], 0, key, 0, key.length);
            System.arraycopy(entries.get(at)[1], 0, value, 0, value.length);
            return true;
        }

        @Override
        public long ts() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
