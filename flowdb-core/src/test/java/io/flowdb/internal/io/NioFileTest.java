package io.flowdb.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How errors of the operating system are told apart. */
class NioFileTest {
    @TempDir
    Path dir;

    /**
     * A disk without room for one more file name, or inode, was no full disk: the engine refused writes until it was
     * opened again, as after a failure with unknown outcome, when it wanted a new segment of the log. Seen on a tmpfs
     * with {@code nr_inodes=20}.
     */
    @Test
    void failure_ofAFullDisk_isKnownWhateverTheOperation() {
        Path file = dir.resolve("0000000002.wal");
        for (IOException cause : new IOException[] {
            new IOException("No space left on device"),
            new FileSystemException(file.toString(), null, "No space left on device"),
            new FileSystemException(file.toString(), null, "Disk quota exceeded"),
            new IOException("There is not enough space on the disk"),
        }) {
            assertThat(NioFile.failure("open", file, cause).diskFull())
                    .as("%s", cause)
                    .isTrue();
        }
        assertThat(NioFile.failure("open", file, new IOException("Input/output error"))
                        .diskFull())
                .isFalse();
        assertThat(NioFile.failure("open", file, new NoSuchFileException(file.toString()))
                        .diskFull())
                .isFalse();
    }

    /**
     * The C library names errors in the language of the user, so under a German one a full disk was an error of unknown
     * outcome: the engine refused writes until it was opened again.
     */
    @Test
    void failure_namedInAnotherLanguage_isAFullDiskIfTheVolumeIs() {
        IOException german = new IOException("Auf dem Ger\u00e4t ist kein Speicherplatz mehr verf\u00fcgbar");
        IOException name = new FileSystemException("0000000002.wal", null, german.getMessage());
        for (IOException cause : new IOException[] {german, name}) {
            assertThat(NioFile.isDiskFull(cause, () -> 0)).as("%s", cause).isTrue();
            assertThat(NioFile.isDiskFull(cause, () -> 1L << 30))
                    .as("%s", cause)
                    .isFalse();
        }
        assertThat(NioFile.isDiskFull(new IOException("Input/output error"), () -> 0))
                .isFalse();
        assertThat(NioFile.isDiskFull(new NoSuchFileException("0000000002.wal"), () -> 0))
                .isFalse();
    }

    /**
     * A process without a free descriptor could make no new segment of the log: the engine refused writes until it was
     * opened again.
     */
    @Test
    void failure_ofTooManyOpenFiles_isKnownInAnyLanguage() {
        Path file = dir.resolve("0000000002.wal");
        IOException english = new FileSystemException(file.toString(), null, "Too many open files");
        assertThat(NioFile.failure("open", file, english))
                .matches(StorageException::tooManyFiles)
                .matches(StorageException::retryable);
        IOException german = new FileSystemException(file.toString(), null, "Zu viele offene Dateien");
        assertThat(NioFile.isTooManyFiles(german, () -> false)).isTrue();
        assertThat(NioFile.isTooManyFiles(german, () -> true)).isFalse();
        assertThat(NioFile.failure("open", file, german)).matches(e -> !e.tooManyFiles(), "the root can be opened");
        assertThat(NioFile.isTooManyFiles(new NoSuchFileException(file.toString()), () -> false))
                .isFalse();
    }

    @Test
    void open_missingFile_namesItAndIsNoFullDisk() {
        Path missing = dir.resolve("missing");
        assertThatThrownBy(() -> NioFileSystem.INSTANCE.open(missing))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.diskFull()).isFalse())
                .hasMessageContaining(missing.toString())
                .hasCauseInstanceOf(NoSuchFileException.class);
    }

    /**
     * An interrupt in a sync closed the channel, and the sync was repeated on a new one. Had the disk failed meanwhile,
     * the first sync took the error with it and the second one succeeded: the log took for durable what was not. A file
     * without a name cannot be opened again, so it tells.
     */
    @Test
    void sync_interrupted_goesOnOnTheSameChannel() throws InterruptedException {
        Path path = dir.resolve("0000000001.wal");
        try (WritableFile file = NioFileSystem.INSTANCE.create(path)) {
            file.write(ByteBuffer.wrap(new byte[10_000]), 0);
            NioFileSystem.INSTANCE.delete(path);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            AtomicBoolean interrupted = new AtomicBoolean();
            Thread syncing = new Thread(() -> {
                try {
                    for (int i = 0; i < 20_000; i++) {
                        file.sync();
                        interrupted.compareAndSet(false, Thread.interrupted());
                    }
                } catch (RuntimeException | Error e) {
                    failure.set(e);
                }
            });
            syncing.start();
            while (syncing.isAlive()) {
                syncing.interrupt();
                Thread.onSpinWait();
            }
            syncing.join();
            assertThat(failure).hasNullValue();
            assertThat(interrupted).as("the interrupt is kept for the caller").isTrue();
        }
    }
}
