package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A value of 256 MiB, the longest there may be, from memory, log and table; in another JVM, with the heap that
 * docs/configuration.md names.
 */
@Tag("heap")
class LargestValueTest {
    @TempDir
    Path dir;

    @Test
    void value_of256MiB_isTheSameFromEverywhere() throws IOException, InterruptedException {
        List<String> options = List.of("-Xmx2g", "-XX:+UseSerialGC");
        try (ChildJvm child = ChildJvm.start(options, Writer.class, dir.toString())) {
            for (String step : List.of("memory", "table", "compacted", "log")) {
                assertThat(child.readLine()).isEqualTo(step);
            }
        }
    }

    /** The other JVM's part. */
    static final class Writer {
        private static final int LONGEST = 256 << 20;

        private Writer() {}

        private static byte[] value(long seed) {
            byte[] value = new byte[LONGEST];
            new Random(seed).nextBytes(value);
            return value;
        }

        private static Config config(Path directory) {
            return Config.builder()
                    .dataDir(directory)
                    .autoBackground(false)
                    .maxFrozenMemtables(8)
                    .build();
        }

        public static void main(String[] args) {
            Path tables = Path.of(args[0], "tables");
            Path log = Path.of(args[0], "log");
            byte[] value = value(1);
            try (Engine engine = Engine.open(config(tables))) {
                engine.write(FlowRecord.of(new byte[] {1}, 1, value));
                check(engine, value);
                System.out.println("memory");
            }
            try (Engine engine = Engine.open(config(tables))) {
                check(engine, value);
                System.out.println("table");
                engine.write(FlowRecord.of(new byte[] {1}, 2, new byte[100]));
                engine.delete(new byte[] {1}, 2);
                engine.flush();
                assertThat(engine.compact()).isTrue();
                check(engine, value);
                assertThat(engine.verify().problems()).isEmpty();
                System.out.println("compacted");
            }
            Engine killed = Engine.open(config(log));
            killed.write(FlowRecord.of(new byte[] {1}, 1, value));
            try (Engine reader =
                    Engine.open(config(log).toBuilder().readOnly(true).build())) {
                check(reader, value); // read back from the segments
                System.out.println("log");
            }
            Runtime.getRuntime().halt(0);
        }

        private static void check(Engine engine, byte[] value) {
            FlowRecord found = engine.getLatest(new byte[] {1}).orElseThrow();
            assertThat(found.ts()).isEqualTo(1);
            assertThat(Arrays.equals(found.value(), value)).isTrue();
        }
    }
}
