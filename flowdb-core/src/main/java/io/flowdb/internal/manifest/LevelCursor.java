package io.flowdb.internal.manifest;

import io.flowdb.internal.base.PlainEntries;
import io.flowdb.internal.base.ShownEntry;
import io.flowdb.internal.base.VersionCursor;
import io.flowdb.internal.sstable.ScanOptions;
import io.flowdb.internal.sstable.SstCursor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tables that do not share keys as one walk; one of them is open at a time. Threads: one. */
public final class LevelCursor implements VersionCursor {
    private final List<Sst> tables;
    private final ScanOptions options;
    private int index = -1;
    private @Nullable SstCursor in;

    /** {@code tables} in the order of their keys. */
    public LevelCursor(List<Sst> tables, ScanOptions options) {
        this.tables = tables;
        this.options = options;
    }

    @Override
    public void first() {
        forward(0);
    }

    @Override
    public void last() {
        backward(tables.size() - 1);
    }

    @Override
    public void seek(byte[] key, long ts, long seqno) {
        int at = firstEndingAt(key);
        if (open(at) != null) {
            current().seek(key, ts, seqno);
            if (!current().valid()) {
                forward(at + 1);
            }
        }
    }

    @Override
    public void seekBefore(byte[] key, long ts, long seqno) {
        int at = firstEndingAt(key);
        if (at == tables.size()) {
            last();
        } else if (open(at) != null) {
            current().seekBefore(key, ts, seqno);
            if (!current().valid()) {
                backward(at - 1);
            }
        }
    }

    @Override
    public boolean nextVersion(long atMost, ShownEntry shown) {
        while (in != null) {
            if (in.nextVersion(atMost, shown)) {
                return true;
            }
            forward(index + 1);
        }
        return false;
    }

    @Override
    public PlainEntries.Step nextPlain(PlainEntries plain, ShownEntry shown) {
        return in != null ? in.nextPlain(plain, shown) : PlainEntries.Step.UNDECIDED;
    }

    @Override
    public boolean previousVersion(long atMost, ShownEntry shown) {
        while (in != null) {
            if (in.previousVersion(atMost, shown)) {
                return true;
            }
            backward(index - 1);
        }
        return false;
    }

    @Override
    public void close() {
        if (in != null) {
            in.close();
            in = null;
        }
    }

    private void forward(int from) {
        for (int i = from; open(i) != null; i++) {
            current().first();
            if (current().valid()) {
                return;
            }
        }
    }

    private void backward(int from) {
        for (int i = from; open(i) != null; i--) {
            current().last();
            if (current().valid()) {
                return;
            }
        }
    }

    private @Nullable SstCursor open(int i) {
        if (i < 0 || i >= tables.size()) {
            close();
            index = -1;
        } else if (in == null || i != index) {
            close();
            index = i;
            in = tables.get(i).reader().cursor(options);
        }
        return in;
    }

    private SstCursor current() {
        SstCursor open = in;
        if (open == null) {
            throw new IllegalStateException("the walk stands on no entry");
        }
        return open;
    }

    private int firstEndingAt(byte[] key) {
        int low = 0;
        int high = tables.size();
        while (low < high) {
            int mid = (low + high) >>> 1;
            if (Arrays.compareUnsigned(tables.get(mid).meta().properties().maxKey(), key) < 0) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }
}
