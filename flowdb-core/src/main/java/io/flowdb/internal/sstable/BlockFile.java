package io.flowdb.internal.sstable;

import io.flowdb.error.CorruptionException;
import io.flowdb.internal.io.ReadableFile;

/**
 * The file of a table as a row of stored blocks, each with its trailer. Threads: any. Errors:
 * {@link CorruptionException} naming file and offset.
 */
final class BlockFile implements AutoCloseable {
    private final ReadableFile file;
    private final long fileId;
    private final long sizeBytes;
    private final boolean format1;

    /** Takes over {@code file}; {@code format} is what its footer says. */
    BlockFile(ReadableFile file, long fileId, int format) {
        this.file = file;
        this.fileId = fileId;
        this.sizeBytes = file.size();
        this.format1 = format == 1;
    }

    String name() {
        return file.name();
    }

    long sizeBytes() {
        return sizeBytes;
    }

    Footer readFooter() {
        return Footer.read(file, fileId);
    }

    boolean isFormat1() {
        return format1;
    }

    /** Content of a block of any kind. */
    byte[] read(BlockHandle handle) {
        return BlockTrailer.open(stored(handle), true, place(handle));
    }

    /** Content of a data block, in today's format. */
    byte[] readData(BlockHandle handle) {
        return data(handle, stored(handle), true);
    }

    /**
     * Content of a data block that has been read, in today's format; {@code verify} says whether its checksum is looked
     * at.
     */
    byte[] data(BlockHandle handle, byte[] stored, boolean verify) {
        byte[] raw = BlockTrailer.open(stored, verify, place(handle));
        return format1 ? BlockFormat1.upgrade(raw, place(handle)) : raw;
    }

    /** A block as it is stored, with its trailer. */
    byte[] stored(BlockHandle handle) {
        return stored(handle.offset(), (long) handle.length() + BlockTrailer.BYTES);
    }

    /** Bytes of the file. */
    byte[] stored(long offset, long length) {
        if (offset < 0 || length < BlockTrailer.BYTES || length > Integer.MAX_VALUE || length > sizeBytes - offset) {
            throw new CorruptionException(file.name(), offset, "block of " + length + " bytes is outside the file");
        }
        return file.readExactly(offset, (int) length);
    }

    BlockTrailer.Place place(BlockHandle handle) {
        return new BlockTrailer.Place(fileId, handle.offset(), file.name());
    }

    @Override
    public void close() {
        file.close();
    }
}
