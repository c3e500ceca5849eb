package io.flowdb.json;

import org.jspecify.annotations.Nullable;

/** Document keys that end early if there are too many. Threads: one. */
final class BoundedKeys implements Pull<byte[]> {
    private final Pull<byte[]> keys;
    private long rest;
    private boolean exceeded;

    BoundedKeys(Pull<byte[]> keys, long most) {
        this.keys = keys;
        this.rest = most;
    }

    /** Whether one more was asked for than there may be. */
    boolean exceeded() {
        return exceeded;
    }

    @Override
    public byte @Nullable [] next() {
        exceeded |= rest-- <= 0;
        return exceeded ? null : keys.next();
    }

    @Override
    public void close() {
        keys.close();
    }
}
