package io.flowdb.error;

/**
 * A file was written by a newer FlowDB than this one. It was left untouched.
 */
public final class UnsupportedFormatException extends FlowDbException {

    private static final long serialVersionUID = 1L;

    private final String file;

    private final int found;

    private final int supported;

    /** Says which build is needed by naming both format numbers. */
    public UnsupportedFormatException(String file, int found, int supported) {
        super(
                file + " has format " + found + ", this build reads formats up to " + supported
                        + ": use a newer FlowDB",
                null);
        this.file = file;
        this.found = found;
        this.supported = supported;
    }

    /** The file. */
    public String file() {
        return file;
    }

    /** Format number in the file. */
    public int found() {
        return found;
    }

    /** Highest format number that this build reads. */
    public int supported() {
        return supported;
    }
}
