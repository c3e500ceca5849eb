package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.EngineClosedException;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.memtable.Memtable;
import io.flowdb.testing.FaultyFileSystem;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Point reads take the current state without entering it, and enter it before they read a file. */
class PointReadTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final byte[] KEY = Keys.utf8("key");

    private FaultyFileSystem files = new FaultyFileSystem();
    private final ReadStates states = new ReadStates(new Memtable(), List.of(), SstSet.of(List.of(), 1));

    @Test
    void holdFiles_currentState_entersItUntilClosed() {
        PointRead read = PointRead.begin(states);
        assertThat(states.pointReaders()).isZero();
        assertThat(read.holdFiles()).isTrue();
        assertThat(read.holdFiles()).isTrue();
        assertThat(states.pointReaders()).isEqualTo(1);
        read.close();
        read.close();
        assertThat(states.pointReaders()).isZero();
        assertThat(read.isOvertaken()).isFalse();
    }

    @Test
    void holdFiles_replacedState_isOvertakenAndEntersNothing() {
        PointRead read = PointRead.begin(states);
        ReadState before = states.current();
        states.freeze();
        assertThat(read.holdFiles()).isFalse();
        assertThat(read.holdFiles()).isFalse();
        assertThat(read.isOvertaken()).isTrue();
        read.close();
        assertThat(before.callCount()).isZero();
        assertThat(states.pointReaders()).isZero();
    }

    @Test
    void entered_replacedState_stillHoldsFiles() {
        try (PointRead read = PointRead.entered(states)) {
            states.freeze();
            assertThat(read.holdFiles()).isTrue();
            assertThat(read.isOvertaken()).isFalse();
            assertThat(read.state().callCount()).isEqualTo(1);
        }
    }

    /**
     * A reader whose tables are replaced, and their files deleted, after it has taken the state and before it looks at
     * them.
     */
    private static final class OvertakenReader extends StateReader {
        private final Engine engine;
        private final Runnable overtake;
        private final AtomicBoolean once = new AtomicBoolean();

        OvertakenReader(Engine engine, Runnable overtake) {
            super(engine.parts.states(), engine.parts.counters());
            this.engine = engine;
            this.overtake = overtake;
        }

        @Override
        void checkOpen() {
            engine.checkOpen();
        }

        @Override
        long visibleSeqno() {
            if (once.compareAndSet(false, true)) {
                overtake.run();
            }
            return engine.latest().seqno();
        }

        @Override
        long nowMicros() {
            return 0;
        }
    }

    /** With blocks in memory and without, with locators and without. */
    @ParameterizedTest
    @ValueSource(strings = {"1000000 1000000", "0 1000000", "1000000 0", "0 0"})
    void read_tablesReplacedMeanwhile_findsTheRecord(String memory) {
        try (Engine engine = twoTables(memory)) {
            OvertakenReader reader = new OvertakenReader(engine, engine::compact);
            assertThat(reader.get(KEY, 1))
                    .hasValueSatisfying(r -> assertThat(r.valueText()).isEqualTo("one"));
            assertThat(engine.stats().tables().count()).isEqualTo(1);
            assertThat(reader.get(KEY, 3)).isEmpty();
        }
        try (Engine engine = twoTables(memory)) {
            assertThat(new OvertakenReader(engine, engine::compact).getLatest(KEY))
                    .hasValueSatisfying(r -> assertThat(r.valueText()).isEqualTo("two"));
        }
        try (Engine engine = twoTables(memory)) {
            byte[] into = new byte[3];
            assertThat(new OvertakenReader(engine, engine::compact).get(KEY, 2, into))
                    .isEqualTo(3);
            assertThat(into).isEqualTo(Keys.utf8("two"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 1000000", "0 0"})
    void read_engineClosedMeanwhile_isRefused(String memory) {
        Engine engine = twoTables(memory);
        OvertakenReader reader = new OvertakenReader(engine, engine::close);
        assertThatThrownBy(() -> reader.get(KEY, 1)).isInstanceOf(EngineClosedException.class);
        assertThatThrownBy(() -> reader.getLatest(KEY)).isInstanceOf(EngineClosedException.class);
    }

    private Engine twoTables(String memory) {
        files = new FaultyFileSystem();
        String[] bytes = memory.split(" ");
        Engine engine = EngineOpening.open(
                Config.builder()
                        .dataDir(DIRECTORY)
                        .blockCacheCapacity(Long.parseLong(bytes[0]))
                        .indexMemoryBudget(Long.parseLong(bytes[1]))
                        .autoBackground(false)
                        .build(),
                files);
        engine.write(FlowRecord.of("key", 1, "one"));
        engine.flush();
        engine.write(FlowRecord.of("key", 2, "two"));
        engine.flush();
        assertThat(engine.get(KEY, 1)).isPresent(); // the blocks are in memory, if there is any
        assertThat(engine.get(KEY, 2)).isPresent();
        return engine;
    }
}
