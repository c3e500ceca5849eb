package io.flowdb.error;

/**
 * Stored bytes are not what was written. Nothing was returned from the damaged place.
 */
public final class CorruptionException extends FlowDbException {

    private static final long serialVersionUID = 1L;

    private final String file;

    private final long offset;

    /** {@code detail} says what was expected and what was found. */
    public CorruptionException(String file, long offset, String detail) {
        super("Corruption in " + file + (offset < 0 ? "" : " at offset " + offset) + ": " + detail, null);
        this.file = file;
        this.offset = offset;
    }

    /** Path of the damaged file, or what it is that is damaged, if that lies in several. */
    public String file() {
        return file;
    }

    /** Byte offset of the damaged part in {@link #file()}, or -1 if the whole file is meant. */
    public long offset() {
        return offset;
    }
}
