package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * An endless recursion that uses the engine on its way ends in it, most likely. A lock was then left held, as the error
 * came out of {@code lock()} when it had been taken already, and every other writer, and {@code close()}, waited for
 * ever; or a commit was broken off half-way, and writes were refused.
 */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class DeepStackTest {
    private static final int ROUNDS = Integer.getInteger("flowdb.test.stackRounds", 20);
    private static final int WARM_UP = 10_000;
    private static final int STACK_BYTES = 256 << 10;
    private static final byte[] VALUE = new byte[100];

    @TempDir
    private Path dir;

    /** Where the stack ends, and on each level on the way back until it works. */
    private abstract static class Dive implements Runnable {
        @Override
        public void run() {
            dive(0);
        }

        private int dive(int depth) {
            try {
                return depth < 0 ? 0 : dive(depth + 1) + 1;
            } catch (StackOverflowError e) {
                use();
                return 0;
            }
        }

        abstract void use();
    }

    /** Writes a key of its own each time. */
    private static final class Writes extends Dive {
        private static final int MOST = 1 << 20;

        private final Engine engine;
        private final boolean[] returned = new boolean[MOST];
        private int tried;

        Writes(Engine engine) {
            this.engine = engine;
        }

        @Override
        void use() {
            int mine = tried++;
            engine.write(
                    record(mine), mine % (mine < WARM_UP ? 256 : 8) == 0 ? WriteOptions.SYNC : WriteOptions.NO_SYNC);
            returned[mine] = true;
        }

        static FlowRecord record(int number) {
            return FlowRecord.of(key(number), 0, VALUE);
        }

        static byte[] key(int number) {
            return new byte[] {1, (byte) (number >>> 16), (byte) (number >>> 8), (byte) number};
        }
    }

    private Config config() {
        return Config.builder()
                .dataDir(dir)
                .memtableSize(64 << 10)
                .blockCacheCapacity(64 << 10)
                .walSyncMode(SyncMode.interval(Duration.ofMillis(10)))
                .build();
    }

    private static void repeat(Dive dive) throws InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            Thread thread = new Thread(null, dive, "deep", STACK_BYTES);
            thread.start();
            thread.join(30_000);
            assertThat(thread.isAlive()).as("waits for ever in round %s", round).isFalse();
        }
    }

    @Test
    void write_whereTheStackEnds_isStoredOrNotAndDisturbsNobody() throws InterruptedException {
        try (Engine engine = Engine.open(config())) {
            Writes writes = new Writes(engine);
            for (int i = 0; i < WARM_UP; i++) {
                writes.use(); // a class whose initialisation finds no room is lost to the whole process; and compiled
                // code takes less stack, in other places
            }
            repeat(writes);

            engine.write(FlowRecord.of("after", 0, "v"), WriteOptions.SYNC);
            assertThat(writes.tried).isGreaterThan(WARM_UP + 2 * ROUNDS);
            for (int i = 0; i < writes.tried; i++) {
                assertThat(engine.get(Writes.key(i), 0).isPresent())
                        .as("write %s of %s", i, writes.tried)
                        .isEqualTo(writes.returned[i]);
            }
        }
    }

    @Test
    void readsAndSnapshots_whereTheStackEnds_disturbNobody() throws InterruptedException {
        try (Engine engine = Engine.open(config())) {
            for (int i = 0; i < 2_000; i++) {
                engine.write(Writes.record(i));
            }
            engine.flush();
            Dive reads = new Dive() {
                private int next;

                @Override
                void use() {
                    next += 37;
                    byte[] key = Writes.key(next % 2_000);
                    try (Snapshot snapshot = engine.snapshot()) {
                        snapshot.get(key, 0);
                    }
                    engine.getLatest(key);
                }
            };
            for (int i = 0; i < WARM_UP; i++) {
                reads.use();
            }
            repeat(reads);

            for (int i = 0; i < 2_000; i++) {
                assertThat(engine.get(Writes.key(i), 0)).contains(Writes.record(i));
            }
            engine.write(FlowRecord.of("after", 0, "v"), WriteOptions.SYNC);
            engine.flush();
        }
    }
}
