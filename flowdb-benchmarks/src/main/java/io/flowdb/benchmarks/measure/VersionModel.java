package io.flowdb.benchmarks.measure;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Which version of each key the store under test holds: the oracle that reads are checked against. Version 0 means
 * absent.
 *
 * <p>A write is announced by {@link #begin} and confirmed by {@link #commit}. A reader that looks up {@link #committed}
 * before its read and {@link #begun} after it knows the only versions the store may answer with. Threads: any number of
 * readers, one writer a key.
 */
public final class VersionModel {
    private final AtomicIntegerArray begun;
    private final AtomicIntegerArray committed;

    /** {@code keys} absent keys. */
    public VersionModel(int keys) {
        begun = new AtomicIntegerArray(keys);
        committed = new AtomicIntegerArray(keys);
    }

    /** Number of keys. */
    public int keys() {
        return committed.length();
    }

    /** The next version of {@code key}, about to be written. */
    public int begin(int key) {
        int version = begun.getPlain(key) + 1;
        begun.setRelease(key, version);
        return version;
    }

    /** The write of the version last begun has been acknowledged. */
    public void commit(int key) {
        committed.setRelease(key, begun.getPlain(key));
    }

    /** The key is gone. Not to be used beside readers of the key. */
    public void delete(int key) {
        committed.setRelease(key, 0);
    }

    /** The newest acknowledged version. */
    public int committed(int key) {
        return committed.getAcquire(key);
    }

    /** The newest version that a write was begun for. */
    public int begun(int key) {
        return begun.getAcquire(key);
    }

    /** The first key from {@code key} on that is there, or {@link #keys()}. */
    public int nextPresent(int key) {
        int at = key;
        while (at < keys() && committed(at) == 0) {
            at++;
        }
        return at;
    }

    /** The last key up to {@code key} that is there, or -1. */
    public int previousPresent(int key) {
        int at = key;
        while (at >= 0 && committed(at) == 0) {
            at--;
        }
        return at;
    }
}
