package io.flowdb.internal.sstable;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.base.ShownEntry;
import io.flowdb.internal.cache.BlockCache;
import io.flowdb.internal.compress.Codec;
import io.flowdb.internal.io.MemoryFileSystem;
import io.flowdb.internal.io.ReadableFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What walks over a table of 500 blocks, one entry each, read of its file. */
class ReadAheadTest {
    private static final Path FILE = Path.of("table");
    private static final int BLOCKS = 500;
    private static final int VALUE_BYTES = 600;
    private static final int STORED_BYTES = 700; // a block has less

    private final MemoryFileSystem files = new MemoryFileSystem();
    private int reads;
    private long bytes;

    @BeforeEach
    void write() {
        try (SstWriter writer = new SstWriter(files.create(FILE), 1, new SstOptions(512, 0, Codec.NONE, 1 << 20))) {
            ShownEntry entry = new ShownEntry();
            for (int i = 0; i < BLOCKS; i++) {
                byte[] key = key(i);
                entry.showKey(key, 0, key.length);
                entry.showTimes((byte) 1, 0, i + 1, Long.MAX_VALUE);
                entry.showValue(new byte[VALUE_BYTES], 0, VALUE_BYTES);
                writer.add(entry);
            }
            writer.finish();
        }
    }

    @Test
    void seek_oneEntry_readsOneBlock() {
        try (SstReader reader = open();
                SstCursor cursor = reader.cursor(ScanOptions.BACKGROUND)) {
            cursor.seek(key(250), 0, Long.MAX_VALUE);
            assertThat(cursor.entry().seqno()).isEqualTo(251);
            assertThat(reads).isEqualTo(1);
            assertThat(bytes).isLessThan(STORED_BYTES);
        }
    }

    @Test
    void walkForward_all_readsEachByteOnceAndManyBlocksAtOnce() {
        try (SstReader reader = open();
                SstCursor cursor = reader.cursor(ScanOptions.BACKGROUND)) {
            cursor.first();
            for (int i = 0; i < BLOCKS; i++, cursor.next()) {
                assertThat(cursor.entry().seqno()).isEqualTo(i + 1);
            }
            assertThat(cursor.valid()).isFalse();
            assertThat(bytes).isEqualTo(reader.dataBytes());
            assertThat(reads).isLessThan(BLOCKS / 7);
        }
    }

    @Test
    void walkBackward_all_readsEachByteOnceAndManyBlocksAtOnce() {
        try (SstReader reader = open();
                SstCursor cursor = reader.cursor(ScanOptions.BACKGROUND)) {
            cursor.last();
            for (int i = BLOCKS; i > 0; i--, cursor.back()) {
                assertThat(cursor.entry().seqno()).isEqualTo(i);
            }
            assertThat(cursor.valid()).isFalse();
            assertThat(bytes).isEqualTo(reader.dataBytes());
            assertThat(reads).isLessThan(BLOCKS / 7);
        }
    }

    @Test
    void walk_blocksInTheCache_readsNothing() {
        try (SstReader reader = open()) {
            ScanOptions filling = new ScanOptions(Long.MIN_VALUE, Long.MAX_VALUE, true, true);
            for (int pass = 0; pass < 2; pass++) {
                reads = 0;
                try (SstCursor cursor = reader.cursor(filling)) {
                    for (cursor.first(); cursor.valid(); cursor.next()) {
                        assertThat(cursor.entry().keyLength()).isEqualTo(Integer.BYTES);
                    }
                }
            }
            assertThat(reads).isZero();
        }
    }

    private SstReader open() {
        ReadableFile file = files.open(FILE);
        SstReader reader = SstReader.open(
                new ReadableFile() {
                    @Override
                    public int read(ByteBuffer target, long position) {
                        reads++;
                        bytes += target.remaining();
                        return file.read(target, position);
                    }

                    @Override
                    public long size() {
                        return file.size();
                    }

                    @Override
                    public String name() {
                        return file.name();
                    }

                    @Override
                    public void close() {
                        file.close();
                    }
                },
                1,
                new BlockCache(1 << 20),
                new IndexMemory(1 << 20),
                new FilterStats());
        reads = 0;
        bytes = 0;
        return reader;
    }

    private static byte[] key(int i) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(i).array();
    }
}
