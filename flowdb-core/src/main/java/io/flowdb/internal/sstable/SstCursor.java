package io.flowdb.internal.sstable;

import io.flowdb.internal.base.InternalCursor;
import io.flowdb.internal.base.InternalEntry;
import io.flowdb.internal.base.PlainEntries;
import io.flowdb.internal.base.ShownEntry;
import org.jspecify.annotations.Nullable;

/**
 * Walks a table block by block; holds one block. Blocks outside the wanted time range are skipped unread. Errors: as of
 * {@link SstReader}, also where the entries of a block are none although its checksum is right.
 */
public final class SstCursor implements InternalCursor {
    private final SstReader reader;
    private final ScanOptions options;
    private @Nullable ReadAhead ahead; // made at the first block that is not in memory
    private final BlockCursor in = new BlockCursor();
    private int number = -1;

    /* The partition of the index that was used last: a walk reads each once, whatever is in memory. */
    private @Nullable IndexPartition index;
    private int partition;

    SstCursor(SstReader reader, ScanOptions options) {
        this.reader = reader;
        this.options = options;
    }

    @Override
    public boolean valid() {
        return in.valid();
    }

    @Override
    public void first() {
        try {
            toFirst();
        } catch (RuntimeException e) {
            throw Block.failure(reader.fileName(), e);
        }
    }

    private void toFirst() {
        if (openForward(0)) {
            in.first();
        }
    }

    @Override
    public void last() {
        try {
            toLast();
        } catch (RuntimeException e) {
            throw Block.failure(reader.fileName(), e);
        }
    }

    private void toLast() {
        if (openBackward(reader.blockCount() - 1)) {
            in.last();
        }
    }

    @Override
    public void seek(byte[] key, long ts, long seqno) {
        try {
            toPlace(key, ts, seqno);
        } catch (RuntimeException e) {
            throw Block.failure(reader.fileName(), e);
        }
    }

    private void toPlace(byte[] key, long ts, long seqno) {
        int target = blockAt(key, ts, seqno);
        if (openForward(target)) {
            if (number == target) {
                in.seek(reader.blockKeys(number, in.block()), key, ts, seqno);
                if (!in.valid() && openForward(number + 1)) {
                    in.first(); // the key lies between the last of the block and what stands for it in the index
                }
            } else {
                in.first();
            }
        }
    }

    @Override
    public void seekBefore(byte[] key, long ts, long seqno) {
        try {
            toBefore(key, ts, seqno);
        } catch (RuntimeException e) {
            throw Block.failure(reader.fileName(), e);
        }
    }

    private void toBefore(byte[] key, long ts, long seqno) {
        int target = blockAt(key, ts, seqno);
        if (openBackward(Math.min(target, reader.blockCount() - 1))) {
            if (number == target) {
                in.seekBefore(reader.blockKeys(number, in.block()), key, ts, seqno);
                if (!in.valid() && openBackward(number - 1)) {
                    in.last();
                }
            } else {
                in.last();
            }
        }
    }

    @Override
    public void next() {
        try {
            forward();
        } catch (RuntimeException e) {
            throw Block.failure(reader.fileName(), e);
        }
    }

    private void forward() {
        in.next();
        if (!in.valid() && openForward(number + 1)) {
            in.first();
        }
    }

    /** Moves one entry back. */
    void back() {
        in.prev();
        if (!in.valid() && openBackward(number - 1)) {
            in.last();
        }
    }

    /*
     * The same as the interface has, but that entries are decoded once, into what is shown, and keys are copied only
     * where they share bytes.
     */
    @Override
    public boolean nextVersion(long atMost, ShownEntry shown) {
        try {
            return forward(atMost, shown);
        } catch (RuntimeException e) {
            throw Block.failure(reader.fileName(), e);
        }
    }

    private boolean forward(long atMost, ShownEntry shown) {
        if (!in.valid()) {
            return false;
        }
        if (in.isShownIn(shown)) {
            do {
                if (!hasNext()) {
                    return false;
                }
            } while (!in.showNextVersion(shown));
        } else {
            in.show(shown);
        }
        while (shown.seqno() > atMost) {
            if (hasNext() && in.isNextVersionOf(shown)) {
                in.showNext(shown);
            } else {
                shown.hide();
            }
        }
        return true;
    }

    @Override
    public PlainEntries.Step nextPlain(PlainEntries plain, ShownEntry shown) {
        try {
            PlainEntries.Step step = in.nextPlain(plain, shown);
            return step == PlainEntries.Step.UNDECIDED && in.isAtLast(shown) ? firstPlain(plain, shown) : step;
        } catch (RuntimeException e) {
            throw Block.failure(reader.fileName(), e);
        }
    }

    /** As {@link #nextPlain} from the last entry of a block. */
    private PlainEntries.Step firstPlain(PlainEntries plain, ShownEntry shown) {
        if (!hasNext()) {
            return PlainEntries.Step.UNDECIDED;
        }
        if (wantsAll(plain)) {
            in.wantAll();
        }
        return in.nextPlain(plain, shown);
    }

    /** Whether all puts of the block that never expire are known to be of {@code plain}. */
    private boolean wantsAll(PlainEntries plain) {
        SstProperties all = reader.properties();
        byte[] end = plain.endKey();
        return plain.contain(all.minTs(), all.maxSeqno())
                && plain.contain(all.maxTs(), all.maxSeqno())
                && (end == null
                        || index(number / SstWriter.PARTITION_BLOCKS)
                                .endsBefore(number % SstWriter.PARTITION_BLOCKS, end));
    }

    /**
     * Whether there is an entry behind the current one; opens the block that has it. At the end the cursor becomes
     * invalid.
     */
    private boolean hasNext() {
        if (in.hasNext()) {
            return true;
        }
        number = firstWanted(number + 1);
        if (number >= reader.blockCount()) {
            in.use(null);
            return false;
        }
        in.useBefore(block(number));
        return true;
    }

    @Override
    public boolean previousVersion(long atMost, ShownEntry shown) {
        try {
            return back(atMost, shown);
        } catch (RuntimeException e) {
            throw Block.failure(reader.fileName(), e);
        }
    }

    private boolean back(long atMost, ShownEntry shown) {
        if (!in.valid()) {
            return false;
        }
        in.show(shown);
        boolean visible = shown.seqno() <= atMost;
        for (back(); in.valid() && in.isAtVersionOf(shown); back()) {
            if (in.seqnoHere() <= atMost) {
                in.show(shown);
                visible = true;
            }
        }
        if (!visible) {
            shown.hide();
        }
        return true;
    }

    private boolean openForward(int from) {
        return open(firstWanted(from));
    }

    private int firstWanted(int from) {
        int n = from;
        while (n < reader.blockCount() && isSkipped(n)) {
            n++;
        }
        return n;
    }

    private boolean openBackward(int from) {
        int n = from;
        while (n >= 0 && isSkipped(n)) {
            n--;
        }
        return open(n);
    }

    private boolean isSkipped(int n) {
        return options.prunesTime()
                && !index(n / SstWriter.PARTITION_BLOCKS)
                        .touches(n % SstWriter.PARTITION_BLOCKS, options.minTs(), options.maxTs());
    }

    private boolean open(int n) {
        boolean exists = n >= 0 && n < reader.blockCount();
        if (exists && n == number && in.valid()) {
            return true;
        }
        number = n;
        in.use(exists ? block(n) : null);
        return exists;
    }

    private byte[] block(int n) {
        byte[] cached = reader.cachedBlock(n);
        if (cached != null) {
            return cached;
        }
        ReadAhead reading = ahead;
        if (reading == null) {
            reading = new ReadAhead(reader);
            ahead = reading;
        }
        return reader.readBlock(n, index(n / SstWriter.PARTITION_BLOCKS), options, reading);
    }

    /**
     * Number of the block that holds the first entry at or behind the given place; the number of blocks if there is
     * none.
     */
    private int blockAt(byte[] key, long ts, long seqno) {
        int at = reader.partitionAt(key, ts, seqno);
        return at == reader.partitionCount()
                ? reader.blockCount()
                : at * SstWriter.PARTITION_BLOCKS + index(at).lowerBound(key, ts, seqno);
    }

    private IndexPartition index(int wanted) {
        IndexPartition held = index;
        if (held == null || partition != wanted) {
            held = reader.partition(wanted);
            index = held;
            partition = wanted;
        }
        return held;
    }

    @Override
    public InternalEntry entry() {
        try {
            return in.entry();
        } catch (RuntimeException e) {
            throw Block.failure(reader.fileName(), e);
        }
    }

    @Override
    public void close() {
        in.close();
    }
}
