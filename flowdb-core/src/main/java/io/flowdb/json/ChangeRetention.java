package io.flowdb.json;

import static io.flowdb.internal.base.Arguments.check;

/**
 * How many committed changes are kept for {@link JsonDB#changes}. The oldest go first, as soon as one of the bounds is
 * exceeded.
 *
 * <p>Nothing is kept, and nothing extra is written, before a feed is asked for. The first call of
 * {@link JsonDB#changes} begins the recording; if it is {@code durable}, the database goes on with it from then on,
 * whenever it is opened: each commit also writes what it changed, with the documents before and after, in its own
 * atomic batch. Opening the database with a retention that is not durable ends it and removes what was recorded.
 *
 * @param commits most commits kept; 1 to 1,000,000, 10,000 by default
 * @param bytes most bytes kept, documents before and after; 64 KiB to 1 TiB, 64 MiB by default. A single larger commit,
 *     or one larger than an eighth of the heap, can only be seen by feeds that are open before it, and until the next
 *     commit; in memory alone no more than that eighth is kept
 * @param durable whether changes are kept in the database, so that feeds go on after a restart, or in memory only
 */
public record ChangeRetention(int commits, long bytes, boolean durable) {
    /** The defaults; durable. */
    public static final ChangeRetention DEFAULT = new ChangeRetention(10_000, 64L << 20, true);

    /** Checks the ranges. */
    public ChangeRetention {
        check(commits >= 1 && commits <= 1_000_000, "commits", commits, "1 to 1000000");
        check(bytes >= 64 << 10 && bytes <= 1L << 40, "bytes", bytes, "64 KiB to 1 TiB");
    }

    /** With another number of commits. */
    public ChangeRetention withCommits(int most) {
        return new ChangeRetention(most, bytes, durable);
    }

    /** With another number of bytes. */
    public ChangeRetention withBytes(long most) {
        return new ChangeRetention(commits, most, durable);
    }

    /** The same in memory only. */
    public ChangeRetention inMemory() {
        return new ChangeRetention(commits, bytes, false);
    }
}
