package io.flowdb.internal.sstable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.CorruptionException;
import io.flowdb.internal.base.ByteWriter;
import io.flowdb.internal.base.ShownEntry;
import io.flowdb.internal.cache.BlockCache;
import io.flowdb.internal.compress.Codec;
import io.flowdb.internal.io.MemoryFileSystem;
import io.flowdb.internal.io.ReadableFile;
import io.flowdb.internal.io.WritableFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Opening of files that are no tables, though their checksums are right, and opening that fails. */
class SstReaderTest {
    private static final Path FILE = Path.of("table");
    private static final long ID = 7;

    private final MemoryFileSystem files = new MemoryFileSystem();

    private static SstReader open(ReadableFile file) {
        return SstReader.open(file, ID, new BlockCache(0), new IndexMemory(1 << 20), new FilterStats());
    }

    /**
     * The end of the first was computed beyond the range of numbers, so that two gigabytes were to be taken for it; the
     * others ended in an IndexOutOfBoundsException.
     */
    @ParameterizedTest
    @CsvSource({
        "9223372036854775000, 2147483638",
        "9223372036854775807, 100",
        "-1, 100",
        "0, -1",
        "0, -9",
        "0, -10",
        "0, -2147483648",
        "0, 2147483647",
        "1000, 0"
    })
    void open_blockOutsideTheFile_isCorruption(long offset, int length) {
        BlockHandle outside = new BlockHandle(offset, length);
        byte[] footer = new Footer(ID, Footer.FORMAT, outside, outside, outside, outside).encode();
        try (WritableFile file = files.create(FILE)) {
            file.write(ByteBuffer.wrap(footer), 0);
        }
        assertThatThrownBy(() -> open(files.open(FILE)))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining(FILE.toString());
    }

    /** A table that claims fewer than no data blocks. */
    @Test
    void open_negativeNumberOfBlocks_isCorruption() {
        ByteWriter properties = new ByteWriter(256);
        new SstProperties(0, 0, 0, -5, 0, new byte[1], new byte[1], 0, 0, 1, 1, 0, 0).encode(properties);
        try (WritableFile file = files.create(FILE)) {
            BlockHandle empty = new BlockHandle(0, 1);
            writeBlock(file, empty, new byte[1]);
            BlockHandle last = new BlockHandle(100, properties.length());
            writeBlock(file, last, properties.toBytes());
            byte[] footer = new Footer(ID, Footer.FORMAT, empty, empty, last, empty).encode();
            file.write(ByteBuffer.wrap(footer), 1_000);
        }
        assertThatThrownBy(() -> open(files.open(FILE))).isInstanceOf(CorruptionException.class);
    }

    private static void writeBlock(WritableFile file, BlockHandle handle, byte[] raw) {
        byte[] block = new byte[raw.length + BlockTrailer.BYTES];
        System.arraycopy(raw, 0, block, 0, raw.length);
        BlockTrailer.put(
                block, raw.length, Codec.NONE, raw.length, new BlockTrailer.Place(ID, handle.offset(), "table"));
        file.write(ByteBuffer.wrap(block), handle.offset());
    }

    /** An error of memory, unlike an exception, left the file open. */
    @Test
    void open_errorAtAnyRead_closesTheFile() {
        try (SstWriter writer = new SstWriter(files.create(FILE), ID, new SstOptions(512, 10, Codec.LZ4, 1 << 20))) {
            ShownEntry entry = new ShownEntry();
            entry.showKey(new byte[] {1}, 0, 1);
            entry.showTimes((byte) 1, 0, 1, Long.MAX_VALUE);
            entry.showValue(new byte[10], 0, 10);
            writer.add(entry);
            writer.finish();
        }
        int reads = 0;
        for (boolean opened = false; !opened; reads++) {
            CountingFile file = new CountingFile(files.open(FILE), reads);
            try (SstReader reader = open(file)) {
                opened = reader.blockCount() == 1;
            } catch (OutOfMemoryError e) {
                assertThat(e).hasMessage("made for the test");
            }
            assertThat(file.closed).as("error at read %s", reads).isTrue();
        }
        assertThat(reads).isGreaterThan(5);
    }

    /** Has no memory for one read. */
    private static final class CountingFile implements ReadableFile {
        private final ReadableFile real;
        private int left;
        private boolean closed;

        CountingFile(ReadableFile real, int left) {
            this.real = real;
            this.left = left;
        }

        @Override
        public int read(ByteBuffer target, long position) {
            if (left-- == 0) {
                throw new OutOfMemoryError("made for the test");
            }
            return real.read(target, position);
        }

        @Override
        public long size() {
            return real.size();
        }

        @Override
        public String name() {
            return real.name();
        }

        @Override
        public void close() {
            closed = true;
            real.close();
        }
    }
}
