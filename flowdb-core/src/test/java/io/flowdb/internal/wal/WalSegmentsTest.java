package io.flowdb.internal.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.EngineClosedException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.base.Crc32c;
import io.flowdb.internal.io.FileSystem;
import io.flowdb.internal.io.WritableFile;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import io.flowdb.testing.FaultyFileSystem.Loss;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which segments of the log stay on the disk. */
class WalSegmentsTest {
    private static final Path DIRECTORY = Path.of("/data/wal").toAbsolutePath();
    private static final int SEGMENT_BYTES = 64 << 10;
    private static final byte[] PAYLOAD = new byte[20 << 10];

    private final FaultyFileSystem files = new FaultyFileSystem();

    private static Wal open(FileSystem on, long firstSegment, List<Long> tags) {
        return Wal.open(
                on,
                DIRECTORY,
                new WalOptions(SEGMENT_BYTES, false),
                firstSegment,
                (tag, payload, file, offset) -> tags.add(tag),
                () -> {});
    }

    /** Frames {@code from} to {@code to} inclusive, four a segment. */
    private static void write(Wal wal, long from, long to) {
        for (long tag = from; tag <= to; tag++) {
            wal.append(tag, PAYLOAD, PAYLOAD.length, Crc32c.of(PAYLOAD, 0, PAYLOAD.length));
            wal.write(false);
        }
    }

    private static List<Long> tags(long from, long to) {
        List<Long> tags = new ArrayList<>();
        for (long tag = from; tag <= to; tag++) {
            tags.add(tag);
        }
        return tags;
    }

    /**
     * While a memtable was flushed the writers filled the next segment, which no sync had covered yet, and that kept
     * every older one: under a steady load with a timed sync the log grew to thirteen segments where three were needed.
     */
    @Test
    void firstSegmentAfter_laterSegmentIsFullAndUnsynced_leavesOlderOnesBehind() {
        files.createDurably(DIRECTORY);
        try (Wal wal = open(files, 1, new ArrayList<>())) {
            write(wal, 1, 8);
            wal.sync();
            write(wal, 9, 18); // segments 3 and 4 are full and wait for a sync, 5 is being written

            wal.retireUpTo(8);
            long first = wal.firstSegmentAfter(8);
            assertThat(first).isEqualTo(3);
            wal.deleteBefore(first);

            assertThat(files.list(DIRECTORY)).hasSize(3);
            FaultyFileSystem killed = files.copy();
            List<Long> replayed = new ArrayList<>();
            open(killed, first, replayed).close();
            assertThat(replayed).isEqualTo(tags(9, 18));
            for (long seed = 0; seed < 50; seed++) {
                List<Long> found = new ArrayList<>();
                open(files.afterPowerCut(Loss.RANDOM, new Random(seed)), first, found)
                        .close();
                assertThat(found).as("seed %d", seed).isEqualTo(tags(9, 8 + found.size()));
            }
        }
    }

    /**
     * A header without its payload stayed in memory when the payload could not be copied, and later frames stood behind
     * it.
     */
    @Test
    void append_fails_leavesNothingOfTheFrame() {
        files.createDurably(DIRECTORY);
        try (Wal wal = open(files, 1, new ArrayList<>())) {
            for (int length : new int[] {PAYLOAD.length + 1, 100 << 10}) { // copied, and referred to
                write(wal, length, length);
                wal.append(length + 1, PAYLOAD, PAYLOAD.length, Crc32c.of(PAYLOAD, 0, PAYLOAD.length));
                assertThatThrownBy(() -> wal.append(length + 2, PAYLOAD, length, 0))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                write(wal, length + 2, length + 3);
            }
        }
        List<Long> replayed = new ArrayList<>();
        open(files, 1, replayed).close();
        List<Long> expected = tags(PAYLOAD.length + 1, PAYLOAD.length + 4);
        expected.addAll(tags(100 << 10, (100 << 10) + 3));
        assertThat(replayed).isEqualTo(expected);
    }

    /**
     * A segment that ended after the flush had synced the log holds nothing new, but it is still open: it goes as well,
     * once it is synced.
     */
    @Test
    void firstSegmentAfter_coveredSegmentIsUnsynced_syncsAndLeavesItBehind() {
        files.createDurably(DIRECTORY);
        try (Wal wal = open(files, 1, new ArrayList<>())) {
            write(wal, 1, 10); // segments 1 and 2 are full and wait for a sync

            assertThat(wal.firstSegmentAfter(8)).isEqualTo(1);
            wal.retireUpTo(8);
            assertThat(wal.firstSegmentAfter(8)).isEqualTo(3);
        }
    }

    /**
     * The rest of the files stayed open, and a log whose last file could not be closed was still written to: a later
     * commit made a new segment beside an engine that had taken the directory over.
     */
    @Test
    void close_ofAFileFails_closesTheOthersAndTheLog() {
        files.createDurably(DIRECTORY);
        List<String> closed = new ArrayList<>();
        Wal failed = open(unclosable(closed), 1, new ArrayList<>());
        write(failed, 1, 10); // segments 1 and 2 are full and wait for a sync, 3 is being written
        files.setFault((call, path) -> {
            if (call == Call.SYNC) {
                throw FaultyFileSystem.ioError(call, path);
            }
        });
        assertThatThrownBy(failed::sync).isInstanceOf(StorageException.class);
        assertThatThrownBy(failed::close).hasMessageContaining(SegmentWriter.name(1));
        assertThat(closed).containsExactly(SegmentWriter.name(1), SegmentWriter.name(2), SegmentWriter.name(3));

        files.setFault((call, path) -> {});
        closed.clear();
        Wal wal = open(unclosable(closed), 1, new ArrayList<>());
        write(wal, 11, 11);
        assertThatThrownBy(wal::close).isInstanceOf(StorageException.class);
        assertThat(closed).containsExactly(SegmentWriter.name(4));
        List<String> left = files.list(DIRECTORY);
        assertThatThrownBy(() -> write(wal, 12, 12)).isInstanceOf(EngineClosedException.class);
        assertThat(files.list(DIRECTORY)).isEqualTo(left);
    }

    /** The same files, of which segments made here fail to close; {@code closed} takes their names. */
    private FileSystem unclosable(List<String> closed) {
        return proxy(FileSystem.class, (method, arguments) -> {
            Object result = method.invoke(files, arguments);
            if (!method.getName().equals("create")) {
                return result;
            }
            Path path = (Path) arguments[0];
            return proxy(WritableFile.class, (called, values) -> {
                if (called.getName().equals("close")) {
                    closed.add(path.getFileName().toString());
                    throw new StorageException("Cannot close " + path, null);
                }
                return called.invoke(result, values);
            });
        });
    }

    /** What a call of the proxy does. */
    @FunctionalInterface
    private interface Called {
        Object with(Method method, Object[] arguments) throws ReflectiveOperationException;
    }

    private static <T> T proxy(Class<T> type, Called called) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, values) -> {
                    try {
                        return called.with(method, values);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
