package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flowdb.error.DatabaseLockedException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** T-32: one owner a directory, in this process and between processes, and a free directory after every kind of end. */
class DirectoryLockTest {
    @TempDir
    Path dir;

    /** Opens the directory that it is given, says so, and keeps it until it is killed or its input ends. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws IOException {
            try (Engine engine = Engine.open(Config.of(Path.of(arguments[0])))) {
                engine.write(FlowRecord.of("from", 0, "the other process"));
                System.out.println("open");
                while (System.in.read() >= 0) {
                    System.out.println("still open");
                }
            }
            System.out.println("closed");
        }
    }

    private DatabaseLockedException openLocked() {
        DatabaseLockedException refused =
                catchThrowableOfType(DatabaseLockedException.class, () -> Engine.open(Config.of(dir.resolve("db"))));
        assertThat(refused).isNotNull();
        assertThat(refused.retryable()).isTrue();
        assertThat(refused.directory()).isEqualTo(dir.resolve("db").toString());
        assertThat(Instant.parse(refused.since()))
                .isBetween(Instant.now().minusSeconds(600), Instant.now().plusSeconds(1));
        return refused;
    }

    @Test
    void open_twiceInOneProcess_isRefusedAtOnceAndFreeAfterClose() {
        try (Engine engine = Engine.open(Config.of(dir.resolve("db")))) {
            assertThat(openLocked().holderPid())
                    .isEqualTo(ProcessHandle.current().pid());
            engine.write(FlowRecord.of("k", 0, "the refused open did no harm"));
        }
        try (Engine engine = Engine.open(Config.of(dir.resolve("db")))) {
            assertThat(engine.get("k", 0)).isPresent();
        }
    }

    /** An interrupt while the lock file was written closed it, and the opening failed. */
    @Test
    void open_interruptedAnywhere_succeedsAndKeepsTheInterrupt() throws InterruptedException {
        Config config = Config.builder()
                .dataDir(dir.resolve("db"))
                .autoBackground(false)
                .build();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicInteger interrupted = new AtomicInteger();
        Thread opening = new Thread(() -> {
            try {
                for (int i = 0; i < 60; i++) {
                    Engine.open(config).close();
                    interrupted.addAndGet(Thread.interrupted() ? 1 : 0);
                }
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        opening.start();
        while (opening.isAlive()) {
            opening.interrupt();
            LockSupport.parkNanos(200_000);
        }
        opening.join();
        assertThat(failure.get()).isNull();
        assertThat(interrupted).hasPositiveValue();
    }

    @Test
    void open_heldByAnotherProcess_isRefusedAtOnceAndFreeAfterKill() throws Exception {
        try (ChildJvm holder = ChildJvm.start(Holder.class, dir.resolve("db").toString())) {
            assertThat(holder.readLine()).isEqualTo("open");
            assertThat(openLocked().holderPid()).isEqualTo(holder.pid());
            assertThat(fastestRefusal()).isLessThan(Duration.ofSeconds(1));
            holder.kill();
            try (Engine engine = Engine.open(Config.of(dir.resolve("db")))) {
                assertThat(engine.get("from", 0).orElseThrow().valueText()).isEqualTo("the other process");
            }
        }
    }

    /** Of several: a busy machine may hold up one of them, but does not make each wait. */
    private Duration fastestRefusal() {
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            long start = System.nanoTime();
            openLocked();
            fastest = Math.min(fastest, System.nanoTime() - start);
        }
        return Duration.ofNanos(fastest);
    }

    @Test
    void open_otherProcessClosed_succeeds() throws Exception {
        try (ChildJvm holder = ChildJvm.start(Holder.class, dir.resolve("db").toString())) {
            assertThat(holder.readLine()).isEqualTo("open");
            holder.input().close();
            assertThat(holder.readLine()).isEqualTo("closed");
            Engine.open(Config.of(dir.resolve("db"))).close();
        }
    }

    /**
     * A directory that was renamed while it was open was not recognised by its path. Its lock file was opened a second
     * time, and closing that channel dropped the lock of the process: another process could open the directory, and
     * each overwrote what the other had acknowledged.
     */
    @Test
    void open_renamedWhileOpen_isRefusedAndKeepsOtherProcessesOut() throws Exception {
        assumeTrue(Files.getFileStore(dir).supportsFileAttributeView("unix"));
        try (Engine engine = Engine.open(Config.of(dir.resolve("first")))) {
            Files.move(dir.resolve("first"), dir.resolve("db"));
            assertThat(openLocked().holderPid())
                    .isEqualTo(ProcessHandle.current().pid());
            assertRefusedInAnotherProcess();
            assertThat(engine.isOpen()).isTrue();
        }
        Engine.open(Config.of(dir.resolve("db"))).close();
    }

    /** The same where something else in this JVM, of which the registry knows nothing, holds the lock. */
    @Test
    void open_lockHeldBesideTheRegistry_isRefusedAndKeepsOtherProcessesOut() throws Exception {
        Engine.open(Config.of(dir.resolve("db"))).close();
        Path lockFile = dir.resolve("db").resolve("LOCK");
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> Engine.open(Config.of(dir.resolve("db"))))
                        .isInstanceOf(DatabaseLockedException.class);
            }
            assertThat(lock.isValid()).isTrue();
            assertRefusedInAnotherProcess();
        }
        Engine.open(Config.of(dir.resolve("db"))).close();
        try (ChildJvm other = ChildJvm.start(Holder.class, dir.resolve("db").toString())) {
            assertThat(other.readLine()).isEqualTo("open");
        }
    }

    private void assertRefusedInAnotherProcess() throws Exception {
        try (ChildJvm other = ChildJvm.start(
                List.of("-Xmx96m"), Holder.class, dir.resolve("db").toString())) {
            assertThat(other.readLine()).contains("DatabaseLockedException");
        }
    }
}
