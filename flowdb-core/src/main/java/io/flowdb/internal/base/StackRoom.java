package io.flowdb.internal.base;

/**
 * Whether the stack of the current thread has room for a call that must not be broken off. Throws
 * {@link StackOverflowError} if not, while nothing has begun: later, it could leave a lock held, or a committer waiting
 * for a leader that is gone. Threads: any.
 */
public final class StackRoom {
    /*
     * The only way to ask is to go there. A level takes 48 bytes of stack and 2 ns when compiled, and more of both when
     * not, as all code does (JDK 17, x64). A commit that ends in a file channel takes 40 frames, a compaction more.
     */
    private static final int LOCK_LEVELS = 32;
    private static final int READ_LEVELS = 64;
    private static final int COMMIT_LEVELS = 128;
    private static final int MAINTENANCE_LEVELS = 256;

    private StackRoom() {}

    /** Room for taking a lock, a few steps under it, and giving it back. */
    public static void checkForLock() {
        descend(LOCK_LEVELS, 1, 2, 3, 4);
    }

    /**
     * Room for reading a block and giving it to the cache. A file channel that is left in the middle of a read waits
     * for the reader when it is closed, or cannot be closed; a slot that is taken must reach the cache, which gives it
     * up again.
     */
    public static void checkForRead() {
        descend(READ_LEVELS, 1, 2, 3, 4);
    }

    /** Room for a commit that writes the log. */
    public static void checkForCommit() {
        descend(COMMIT_LEVELS, 1, 2, 3, 4);
    }

    /** Room for syncs, flushes and compactions, and for a commit and what is done around it. */
    public static void checkForMaintenance() {
        descend(MAINTENANCE_LEVELS, 1, 2, 3, 4);
    }

    /* What is needed after the call is kept in the frame. */
    private static long descend(int levels, long a, long b, long c, long d) {
        return levels == 0 ? a : descend(levels - 1, b, c, d, a) ^ a ^ b ^ c ^ d;
    }
}
