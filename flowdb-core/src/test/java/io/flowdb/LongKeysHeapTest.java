package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A JVM with a small heap writes, merges and reads keys as long as they may be. The index of a table held the last key
 * of each block whole, so it was as large as its data, and several times as large while it was written or read: 3,000
 * such keys took more than a heap of 512 MiB.
 */
@Tag("heap")
class LongKeysHeapTest {
    private static final int KEYS = 900;

    @TempDir
    Path dir;

    @Test
    void longestKeys_inASmallHeap_areWrittenMergedAndRead() throws IOException, InterruptedException {
        List<String> options = List.of("-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        try (ChildJvm child = ChildJvm.start(options, Writer.class, dir.toString())) {
            String line = child.readLine();
            while (line != null && line.startsWith("SLF4J")) {
                line = child.readLine();
            }
            assertThat(line).isEqualTo("read " + KEYS);
        }
    }

    /** The other JVM's part. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) {
            Config config = Config.builder()
                    .dataDir(Path.of(args[0]))
                    .walSyncMode(SyncMode.interval(Duration.ofSeconds(1)))
                    .build();
            try (Engine engine = Engine.open(config)) {
                for (int i = 0; i < KEYS; i++) {
                    engine.write(new WriteBatch().put(key(i), i, FlowRecord.NEVER, new byte[] {(byte) i}));
                }
                engine.flush();
                assertThat(engine.compact()).isTrue();
                int found = 0;
                for (int i = 0; i < KEYS; i++) {
                    found += engine.get(key(i), i).isPresent() ? 1 : 0;
                }
                assertThat(engine.query(Query.all().limit(1))).hasSize(1);
                System.out.println("read " + found);
            }
        }

        private static byte[] key(int number) {
            byte[] key = new byte[FlowRecord.MAX_KEY_BYTES];
            new Random(number).nextBytes(key);
            return key;
        }
    }
}
