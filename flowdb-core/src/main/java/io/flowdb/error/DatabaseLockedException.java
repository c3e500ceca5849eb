package io.flowdb.error;

/**
 * The data directory is in use by another engine, in this process or another one.
 */
public final class DatabaseLockedException extends FlowDbException {

    private static final long serialVersionUID = 1L;

    private final String directory;

    private final long holderPid;

    private final String since;

    /** Names the holder so that it can be found and stopped. */
    public DatabaseLockedException(String directory, long holderPid, String since) {
        super(
                "Directory " + directory + " is in use by "
                        + (holderPid < 0 ? "another process" : "process " + holderPid)
                        + (holderPid == ProcessHandle.current().pid() ? " (this process)" : "") + " since " + since,
                null);
        this.directory = directory;
        this.holderPid = holderPid;
        this.since = since;
    }

    /** The data directory. */
    public String directory() {
        return directory;
    }

    /** Process id of the holder, or -1 if unknown. */
    public long holderPid() {
        return holderPid;
    }

    /** When the holder opened the directory, ISO-8601, or {@code "unknown"}. */
    public String since() {
        return since;
    }

    @Override
    public boolean retryable() {
        return true;
    }
}
