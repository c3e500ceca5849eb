package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.error.StorageException;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Another JVM with few file descriptors, which uses up all but some of them. A commit that needed a new segment of the
 * log ended with an unknown outcome, and the engine refused writes until it was opened again, though nothing had been
 * written.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no limit to set")
class TooManyFilesTest {
    private static final int FILES = 200;
    private static final int MOST_LEFT = 6;

    @TempDir
    Path dir;

    @Test
    void calls_withoutFreeDescriptors_failTypedAndWorkOnceThereAreSome() throws IOException, InterruptedException {
        List<String> options = List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        try (ChildJvm child = ChildJvm.startWithFiles(FILES, options, Frugal.class, dir.toString())) {
            for (int left = 0; left < MOST_LEFT; left++) {
                assertThat(child.readLine()).isEqualTo("with " + left + " left: ok");
            }
            assertThat(child.readLine()).isEqualTo("no descriptor lost");
        }
    }

    /** The other JVM's part. */
    static final class Frugal {
        private static final byte[] VALUE = new byte[8_000];

        private final Path dir;
        private final Deque<Closeable> taken = new ArrayDeque<>();
        private final TreeMap<String, String> acknowledged = new TreeMap<>();
        private int puts;
        private int failures;

        private Frugal(Path dir) {
            this.dir = dir;
        }

        public static void main(String[] args) throws Exception {
            loadClassesOf(Engine.class);
            loadClassesOf(Frugal.class);
            Frugal frugal = new Frugal(Path.of(args[0]));
            frugal.run(MOST_LEFT); // whatever else the JVM opens once
            long before = openFiles();
            for (int left = 0; left < MOST_LEFT; left++) {
                frugal.run(left);
                System.out.println("with " + left + " left: ok");
            }
            /* The JVM itself may have one open for a moment. */
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            long after = openFiles();
            while (after > before && System.nanoTime() < deadline) {
                after = openFiles();
            }
            System.out.println(after <= before ? "no descriptor lost" : before + " became " + after);
        }

        /* A class that is loaded from a directory needs a descriptor. */
        private static void loadClassesOf(Class<?> type) throws Exception {
            Path root = Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
            if (!Files.isDirectory(root)) {
                return;
            }
            try (Stream<Path> files = Files.walk(root.resolve("io/flowdb"))) {
                for (Path file : (Iterable<Path>) files.filter(f -> f.toString().endsWith(".class"))::iterator) {
                    String path = root.relativize(file).toString();
                    if (!path.endsWith("-info.class") && !path.contains("Lincheck")) {
                        Class.forName(
                                path.substring(0, path.length() - 6).replace('/', '.'), false, type.getClassLoader());
                    }
                }
            }
        }

        private static long openFiles() {
            String[] open = new java.io.File("/proc/self/fd").list();
            return open == null ? 0 : open.length;
        }

        private void run(int left) throws IOException {
            Config config = Config.builder()
                    .dataDir(dir.resolve("db"))
                    .memtableSize(64 << 10)
                    .maxFrozenMemtables(64)
                    .blockCacheCapacity(0)
                    .autoBackground(false)
                    .walSyncMode(SyncMode.interval(Duration.ofHours(1)))
                    .build();
            Path copy = dir.resolve("copy" + left + "-" + puts);
            Config other =
                    config.toBuilder().dataDir(dir.resolve("other" + puts)).build();
            failures = 0;
            try (Engine engine = Engine.open(config)) {
                useUpAllBut(left);
                for (int i = 0; i < 40; i++) {
                    attempt(() -> put(engine));
                }
                attempt(engine::flush);
                attempt(engine::compact);
                attempt(() -> engine.checkpoint(copy));
                attempt(() -> Engine.open(other).close());
                check(engine);
                giveBack();
                ensure(left > 0 || failures > 3, failures + " calls failed");
                ensure(!Files.exists(copy.resolve("MANIFEST")) || left > 0, "a copy that failed is there");
                put(engine);
                engine.flush();
                engine.compact();
                engine.checkpoint(dir.resolve("later" + left + "-" + puts));
                ensure(engine.verify().isClean(), engine.verify().toString());
                useUpAllBut(left);
            }
            giveBack();
            try (Engine engine = Engine.open(config)) {
                check(engine);
            }
        }

        private void put(Engine engine) {
            String key = "key" + puts++;
            engine.write(new FlowRecord(
                    key.getBytes(java.nio.charset.StandardCharsets.US_ASCII), 0, FlowRecord.NEVER, VALUE));
            acknowledged.put(key, "");
        }

        /** All that may happen is that files are too many; nothing of a commit that says so is there. */
        private void attempt(Runnable action) {
            try {
                action.run();
            } catch (StorageException e) {
                ensure(e.tooManyFiles() && e.retryable(), e.toString());
                failures++;
            }
        }

        private void check(Engine engine) {
            TreeMap<String, String> found = new TreeMap<>();
            engine.query(Query.all()).forEach(r -> found.put(r.keyText(), ""));
            ensure(found.equals(acknowledged), "differs in " + CrashModel.difference(acknowledged, found));
        }

        private static void ensure(boolean condition, String what) {
            if (!condition) {
                throw new AssertionError(what);
            }
        }

        private void useUpAllBut(int left) throws IOException {
            boolean more = true;
            while (more) {
                more = takeOne();
            }
            for (int i = 0; i < left; i++) {
                taken.pop().close();
            }
        }

        private boolean takeOne() {
            try {
                taken.push(new FileInputStream("/dev/null"));
                return true;
            } catch (IOException full) {
                return false;
            }
        }

        private void giveBack() {
            try {
                while (!taken.isEmpty()) {
                    taken.pop().close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
