package io.flowdb.json;

import io.flowdb.StoreCursor;

/**
 * The logical entries of an index without those that a range delete has left behind. Threads: as the walk behind it.
 */
final class FreshEntries implements StoreCursor {
    private final IndexDef index;
    private final StoreCursor all;

    FreshEntries(IndexDef index, StoreCursor all) {
        this.index = index;
        this.all = all;
    }

    @Override
    public boolean next() {
        while (all.next()) {
            if (!index.isStale(all.key(), all.seqno())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public byte[] key() {
        return all.key();
    }

    @Override
    public byte[] value() {
        return all.value();
    }

    @Override
    public long seqno() {
        return all.seqno();
    }

    @Override
    public long expireAt() {
        return all.expireAt();
    }

    @Override
    public void close() {
        all.close();
    }
}
