package io.flowdb.internal.memtable;

import io.flowdb.internal.base.InternalCursor;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.OpCodec;
import io.flowdb.internal.base.PointLookup;
import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.base.RangeTombstones;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The newest records, ordered and readable while they are written.
 *
 * <p>Threads: one writer at a time, under the commit lock; any number of readers without locks. A reader must take the
 * sequence number up to which it reads before it enters; entries above it may or may not be met and are to be skipped.
 */
public final class Memtable {
    /*
     * A skip list (Pugh 1990) whose nodes lie in one int array and whose operations lie in an arena: no object per
     * entry, so a memtable costs the collector nothing however long it lives. A node holds 0 chunk and number of
     * levels, 1 offset of the operation; 2-3 sequence number; 4-7 first sixteen key bytes, big-endian; 8.. next node on
     * each level. Those bytes spare most comparisons a look at the key, which is a miss of the processor's cache; eight
     * would not tell the entries of one index of the document layer apart. Node 0 does not exist (0 is "none"); HEAD
     * has the full height and no operation. A node is complete before the link that leads to it is released, and links
     * are read with acquire. When the array is full the writer goes on in a larger copy: readers in the old one still
     * find all that had been published when they entered.
     */
    private static final int SEQNO = 2;
    private static final int PREFIX = 4;
    private static final int LINKS = 8;
    private static final int MAX_HEIGHT = 14;
    private static final int HEAD = 1;
    private static final int LEVEL_BITS = 4;
    private static final int MARK_EVERY = 256;

    /*
     * Node with its average share of links (branching factor 4), and two hash slots of two ints, half of them in use.
     */
    private static final int ENTRY_OVERHEAD_BYTES = 4 * (LINKS + 2) + 16;

    private static final VarHandle INT = MethodHandles.arrayElementVarHandle(int[].class);

    private final Arena arena = new Arena();
    private final HashIndex hashIndex = new HashIndex();
    private final long createdNanos = System.nanoTime();
    private final TombstoneLog tombstones = new TombstoneLog();

    private volatile int[] nodes = new int[4 << 10]; // replaced by the writer when it is full

    /* Writer only, but for the counters, which are read for statistics. */
    private int usedNodes = HEAD + LINKS + MAX_HEIGHT;
    private final int[] path = new int[MAX_HEIGHT];
    private int inserted;
    private int[] marks = new int[16]; // every MARK_EVERY-th node, by age
    private long random = 0x2545_f491_4f6c_dd1dL;
    private volatile long count;
    private volatile long usedBytes;
    private volatile boolean expiring;
    private volatile long minSeqno = Long.MAX_VALUE;
    private volatile long maxSeqno;
    private volatile boolean timed;

    /** An empty memtable. */
    public Memtable() {
        Arrays.fill(path, HEAD);
    }

    /** Adds the encoded operation at {@code at}, see {@link OpCodec}. Sequence numbers must rise from call to call. */
    public void add(byte[] batch, int at, long seqno) {
        if (OpCodec.op(batch, at) == Op.DELETE_RANGE.code()) {
            int keyAt = at + OpCodec.HEADER_BYTES;
            int endAt = keyAt + OpCodec.keyLength(batch, at);
            addTombstone(new RangeTombstone(
                    Arrays.copyOfRange(batch, keyAt, endAt),
                    Arrays.copyOfRange(batch, endAt, endAt + OpCodec.valueLength(batch, at)),
                    seqno));
        } else {
            insert(arena.add(batch, at), seqno);
            if (!timed && OpCodec.ts(batch, at) != 0) {
                timed = true;
            }
            if (!expiring && OpCodec.expireAt(batch, at) != Long.MAX_VALUE) {
                expiring = true;
            }
            added(seqno, OpCodec.length(batch, at));
        }
    }

    private void addTombstone(RangeTombstone tombstone) {
        tombstones.add(tombstone);
        added(tombstone.seqno(), tombstone.start().length + tombstone.end().length);
    }

    private void added(long seqno, int bytes) {
        count = count + 1;
        usedBytes = usedBytes + bytes + ENTRY_OVERHEAD_BYTES;
        minSeqno = Math.min(minSeqno, seqno);
        maxSeqno = seqno;
    }

    /** This memtable if it holds nothing above {@code seqno}, else a copy without that. Only while nobody writes. */
    public Memtable upTo(long seqno) {
        if (maxSeqno() <= seqno) {
            return this;
        }
        List<int[]> byAge = new ArrayList<>();
        int[] table = nodes;
        for (int node = link(table, HEAD, 0); node != 0; node = link(table, node, 0)) {
            if (seqno(table, node) <= seqno) {
                byAge.add(new int[] {node});
            }
        }
        byAge.sort((a, b) -> Long.compare(seqno(table, a[0]), seqno(table, b[0])));
        Memtable copy = new Memtable();
        List<RangeTombstone> ranges = new ArrayList<>(tombstones().all());
        ranges.removeIf(t -> t.seqno() > seqno);
        int nextRange = 0;
        for (int[] node : byAge) {
            while (nextRange < ranges.size() && ranges.get(nextRange).seqno() < seqno(table, node[0])) {
                copy.addTombstone(ranges.get(nextRange++));
            }
            copy.add(chunk(node[0]), offset(node[0]), seqno(table, node[0]));
        }
        while (nextRange < ranges.size()) {
            copy.addTombstone(ranges.get(nextRange++));
        }
        return copy;
    }

    /** Time since the memtable was made. */
    public long ageNanos() {
        return System.nanoTime() - createdNanos;
    }

    /** Number of operations. */
    public long count() {
        return count;
    }

    /** Whether nothing was added. */
    public boolean isEmpty() {
        return count == 0;
    }

    /** Bytes in use: operations, nodes and hash table entries. */
    public long sizeBytes() {
        return usedBytes;
    }

    /** Whether anything in it expires, of what a reader may see. */
    public boolean mayExpire() {
        return expiring;
    }

    /** Lowest sequence number, {@code Long.MAX_VALUE} if empty. */
    public long minSeqno() {
        return minSeqno;
    }

    /** Highest sequence number, 0 if empty. */
    public long maxSeqno() {
        return maxSeqno;
    }

    /** Whether any entry has a ts other than 0. */
    public boolean isTimed() {
        return timed;
    }

    /** All range tombstones added so far. */
    public RangeTombstones tombstones() {
        return tombstones.arranged();
    }

    /** The newest entry of (key, ts) at or below {@code atMost}, or 0 if there is none. */
    public int find(byte[] key, long ts, long atMost) {
        int node = hashIndex.newest(this, key, ts);
        if (node == 0 || seqno(node) <= atMost) {
            return node;
        }
        /* The next one may do, as most readers do not read far behind the writer; but a snapshot may be very old. */
        node = next(node);
        if (node != 0 && seqno(node) > atMost) {
            node = next(before(
                    key, ts,
                    atMost)); // nothing can come in between: later entries of the version stand before all it has
        }
        return node != 0 && isVersion(node, key, 0, key.length, ts) ? node : 0;
    }

    /**
     * Offers the newest entry at or below {@code atMost} of the highest ts of the key that has one, as to
     * {@link PointLookup#offerLater}.
     */
    public void findLatest(byte[] key, long atMost, PointLookup target) {
        int node = before(key, Long.MAX_VALUE, 0);
        while (node != HEAD && isKey(node, key)) {
            long ts = OpCodec.ts(chunk(node), offset(node));
            int newest = find(key, ts, atMost);
            if (newest != 0) {
                if (target.isBefore(ts, seqno(newest))) {
                    show(newest, target);
                }
                return;
            }
            node = before(key, ts, Long.MAX_VALUE);
        }
    }

    /** Says yes or no to a key, which it must not keep. */
    @FunctionalInterface
    public interface KeyTest {
        /** Whether the key of {@code length} bytes from {@code offset} is meant. */
        boolean test(byte[] array, int offset, int length);
    }

    /**
     * Sequence number of the oldest entry above {@code seqno} whose key passes {@code wanted}, or 0. Looks at no older
     * entries, and not at range tombstones. Only by the writer.
     */
    public long findAbove(long seqno, KeyTest wanted) {
        int[] table = nodes;
        int low = 0;
        for (int high = (inserted + MARK_EVERY - 1) / MARK_EVERY; low + 1 < high; ) {
            int middle = low + high >>> 1;
            if (seqno(table, marks[middle]) <= seqno) {
                low = middle;
            } else {
                high = middle;
            }
        }
        int node = inserted == 0 ? usedNodes : marks[low];
        for (; node < usedNodes; node += LINKS + (table[node] & (1 << LEVEL_BITS) - 1)) {
            if (seqno(table, node) > seqno) {
                byte[] chunk = chunk(node);
                int at = offset(node);
                if (wanted.test(chunk, at + OpCodec.HEADER_BYTES, OpCodec.keyLength(chunk, at))) {
                    return seqno(table, node);
                }
            }
        }
        return 0;
    }

    private boolean isKey(int node, byte[] key) {
        return isVersion(node, key, 0, key.length, OpCodec.ts(chunk(node), offset(node)));
    }

    /** A walk over all entries but the range tombstones. */
    public InternalCursor cursor() {
        return new MemtableCursor(this);
    }

    /** Puts an entry into {@code target}. */
    public void show(int node, PointLookup target) {
        byte[] chunk = chunk(node);
        int at = offset(node);
        target.set(seqno(node), OpCodec.op(chunk, at), OpCodec.ts(chunk, at), OpCodec.expireAt(chunk, at));
        int valueAt = at + OpCodec.HEADER_BYTES + OpCodec.keyLength(chunk, at);
        target.setValue(chunk, valueAt, OpCodec.valueLength(chunk, at));
    }

    /** Sequence number of an entry. */
    public long seqno(int node) {
        return seqno(nodes, node);
    }

    byte[] chunk(int node) {
        return arena.chunk(nodes[node] >>> LEVEL_BITS);
    }

    int offset(int node) {
        return nodes[node + 1];
    }

    /** Node behind {@code node} in order, 0 at the end; {@link #head()} for the first. */
    int next(int node) {
        return link(nodes, node, 0);
    }

    int head() {
        return HEAD;
    }

    /** The last node before the given place, {@link #head()} if there is none. */
    int before(byte[] key, long ts, long seqno) {
        return before(Place.of(key, 0, key.length, ts, seqno));
    }

    /** The last node before {@code node}, {@link #head()} if there is none. */
    int before(int node) {
        byte[] chunk = chunk(node);
        int at = offset(node);
        return before(Place.of(
                chunk, at + OpCodec.HEADER_BYTES, OpCodec.keyLength(chunk, at), OpCodec.ts(chunk, at), seqno(node)));
    }

    private int before(Place place) {
        int[] table = nodes;
        int node = HEAD;
        for (int level = MAX_HEIGHT - 1; level >= 0; level--) {
            node = lastBefore(table, node, level, place);
        }
        return node;
    }

    /** The last node, {@link #head()} if there is none. */
    int lastNode() {
        int[] table = nodes;
        int node = HEAD;
        for (int level = MAX_HEIGHT - 1; level >= 0; level--) {
            int next = link(table, node, level);
            while (next != 0) {
                node = next;
                next = link(table, node, level);
            }
        }
        return node;
    }

    /** Whether the node is an entry of this key and ts. */
    boolean isVersion(int node, byte[] key, int offset, int length, long ts) {
        byte[] chunk = chunk(node);
        int at = offset(node);
        int from = at + OpCodec.HEADER_BYTES;
        return OpCodec.ts(chunk, at) == ts
                && OpCodec.keyLength(chunk, at) == length
                && Keys.equal(chunk, from, key, offset, length);
    }

    private void insert(long address, long seqno) {
        byte[] chunk = arena.chunk((int) (address >>> 32));
        int at = (int) address;
        Place place =
                Place.of(chunk, at + OpCodec.HEADER_BYTES, OpCodec.keyLength(chunk, at), OpCodec.ts(chunk, at), seqno);
        int levels = randomHeight();
        ensureRoom();
        int[] table = nodes;
        findPath(table, place);
        int node = usedNodes;
        usedNodes += LINKS + levels;
        mark(node);
        table[node] = (int) (address >>> 32) << LEVEL_BITS | levels;
        table[node + 1] = at;
        setLong(table, node + SEQNO, seqno);
        setLong(table, node + PREFIX, place.prefix());
        setLong(table, node + PREFIX + 2, place.prefix2());
        for (int level = 0; level < levels; level++) {
            table[node + LINKS + level] = table[path[level] + LINKS + level];
        }
        for (int level = 0; level < levels; level++) {
            INT.setRelease(table, path[level] + LINKS + level, node);
            path[level] = node;
        }
        hashIndex.put(node, place, this);
    }

    /**
     * Sets {@link #path} to the last node before the place on each level. A place behind the last one is searched from
     * there on: on each level the last node before it is that of the last place, or behind where the level above has
     * led.
     */
    private void findPath(int[] table, Place place) {
        int near = path[0];
        boolean ahead = near != HEAD && compare(table, near, place) < 0;
        int node = HEAD;
        for (int level = MAX_HEIGHT - 1; level >= 0; level--) {
            int from = ahead ? path[level] : node;
            node = lastBefore(table, from, level, place);
            ahead &= node == from;
            path[level] = node;
        }
    }

    private int lastBefore(int[] table, int from, int level, Place place) {
        int node = from;
        int next = link(table, node, level);
        while (next != 0 && compare(table, next, place) < 0) {
            node = next;
            next = link(table, node, level);
        }
        return node;
    }

    private int compare(int[] table, int node, Place place) {
        long prefix = getLong(table, node + PREFIX);
        if (prefix != place.prefix()) {
            return Long.compareUnsigned(prefix, place.prefix());
        }
        prefix = getLong(table, node + PREFIX + 2);
        if (prefix != place.prefix2()) {
            return Long.compareUnsigned(prefix, place.prefix2());
        }
        byte[] chunk = arena.chunk(table[node] >>> LEVEL_BITS);
        int at = table[node + 1];
        int from = at + OpCodec.HEADER_BYTES;
        int order = Arrays.compareUnsigned(
                chunk,
                from,
                from + OpCodec.keyLength(chunk, at),
                place.array(),
                place.offset(),
                place.offset() + place.length());
        if (order == 0) {
            order = Long.compare(OpCodec.ts(chunk, at), place.ts());
        }
        return order != 0 ? order : Long.compare(place.seqno(), seqno(table, node));
    }

    private static int link(int[] table, int node, int level) {
        return (int) INT.getAcquire(table, node + LINKS + level);
    }

    private static long seqno(int[] table, int node) {
        return getLong(table, node + SEQNO);
    }

    private static long getLong(int[] table, int at) {
        return (long) table[at] << 32 | table[at + 1] & 0xffff_ffffL;
    }

    private static void setLong(int[] table, int at, long value) {
        table[at] = (int) (value >>> 32);
        table[at + 1] = (int) value;
    }

    private void ensureRoom() {
        int[] table = nodes;
        int needed = usedNodes + LINKS + MAX_HEIGHT;
        if (needed > table.length) {
            nodes = Arrays.copyOf(table, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * table.length)));
        }
    }

    private void mark(int node) {
        if (inserted % MARK_EVERY == 0) {
            if (inserted / MARK_EVERY == marks.length) {
                marks = Arrays.copyOf(marks, 2 * marks.length);
            }
            marks[inserted / MARK_EVERY] = node;
        }
        inserted++;
    }

    /** Each level is a quarter as likely as the one below. */
    private int randomHeight() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return 1 + Math.min(MAX_HEIGHT - 1, Long.numberOfTrailingZeros(random) >>> 1);
    }
}
