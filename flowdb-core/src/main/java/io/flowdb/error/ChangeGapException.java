package io.flowdb.error;

/**
 * Changes that a reader of the change feed asked for are no longer kept, or are not known: its position is that of
 * another database, or of one whose newest commits were lost. Read the present state and go on from there.
 */
public final class ChangeGapException extends FlowDbException {

    private static final long serialVersionUID = 1L;

    private final long asked;
    private final long oldest;
    private final long newest;

    /** The changes after {@code asked} were wanted; those after {@code oldest} and up to {@code newest} are kept. */
    public ChangeGapException(long asked, long oldest, long newest) {
        super(
                "The changes after sequence number " + asked + " are not available; kept are those after " + oldest
                        + " and up to " + newest,
                null);
        this.asked = asked;
        this.oldest = oldest;
        this.newest = newest;
    }

    /** The sequence number after which changes were wanted. */
    public long asked() {
        return asked;
    }

    /** The smallest sequence number from which a feed can go on. */
    public long oldest() {
        return oldest;
    }

    /** The sequence number of the newest commit. */
    public long newest() {
        return newest;
    }
}
