package io.flowdb;

import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.Op;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The engine's promises as a sorted map: nothing is ever stored elsewhere, and every read filters all of it. */
final class ModelDatabase implements ModelTarget {
    private final TreeMap<FlowRecord, FlowRecord> records = new TreeMap<>(ReadForms.ORDER);
    private final List<Pinned> pinned = new ArrayList<>();
    private final @Nullable Duration defaultTtl;
    private long now = START;

    /** Puts without a time to live and without an expiry get {@code defaultTtl}, if there is one. */
    ModelDatabase(@Nullable Duration defaultTtl) {
        this.defaultTtl = defaultTtl;
    }

    /** What was alive at one moment. */
    private record Pinned(List<FlowRecord> alive) {}

    List<FlowRecord> alive() {
        return records.values().stream().filter(r -> r.expireAt() > now).toList();
    }

    int pinnedCount() {
        return pinned.size();
    }

    /** All that was ever written and not deleted. */
    List<FlowRecord> expired() {
        return records.values().stream().filter(r -> r.expireAt() <= now).toList();
    }

    @Override
    public void pass(long micros) {
        now += micros;
    }

    @Override
    public void put(List<FlowRecord> puts, @Nullable Duration ttl) {
        for (FlowRecord put : puts) {
            store(withTtl(put, ttl == null ? defaultTtl : ttl));
        }
    }

    private FlowRecord withTtl(FlowRecord put, @Nullable Duration ttl) {
        boolean counted = ttl != null && put.expireAt() == FlowRecord.NEVER;
        return counted ? put.withExpireAt(now + ttl.toNanos() / 1_000) : put;
    }

    private void store(FlowRecord record) {
        records.remove(record);
        records.put(record, record);
    }

    @Override
    public void commit(List<Change> changes) {
        for (Change c : changes) {
            if (c.op() == Op.PUT) {
                store(withTtl(new FlowRecord(c.key(), c.ts(), c.expireAt(), c.value()), defaultTtl));
            } else if (c.op() == Op.DELETE) {
                records.remove(FlowRecord.of(c.key(), c.ts(), new byte[0]));
            } else {
                records.keySet()
                        .removeIf(r -> Arrays.compareUnsigned(r.key(), c.key()) >= 0
                                && Arrays.compareUnsigned(r.key(), c.value()) < 0);
            }
        }
    }

    @Override
    public Optional<FlowRecord> patch(byte[] key, long ts, Patch patch) {
        Optional<FlowRecord> before = get(key, ts);
        Duration ttl = patch.ttl();
        byte[] value = patch.value();
        Optional<FlowRecord> after = before.map(r -> new FlowRecord(
                key, ts, ttl == null ? r.expireAt() : now + ttl.toNanos() / 1_000, value == null ? r.value() : value));
        after.ifPresent(this::store);
        return after;
    }

    @Override
    public Optional<FlowRecord> get(byte[] key, long ts) {
        return Optional.ofNullable(records.get(FlowRecord.of(key, ts, new byte[0])))
                .filter(r -> r.expireAt() > now);
    }

    @Override
    public Optional<FlowRecord> getLatest(byte[] key) {
        return alive().stream().filter(r -> Arrays.equals(r.key(), key)).reduce((earlier, later) -> later);
    }

    @Override
    public List<FlowRecord> query(Query query, Form form) {
        return select(alive(), query);
    }

    private static List<FlowRecord> select(List<FlowRecord> from, Query query) {
        List<FlowRecord> found = new ArrayList<>();
        for (FlowRecord r : from) {
            boolean inKeys = (query.startKey() == null || Arrays.compareUnsigned(r.key(), query.startKey()) >= 0)
                    && (query.endKey() == null || Arrays.compareUnsigned(r.key(), query.endKey()) < 0);
            if (inKeys && r.ts() >= query.minTs() && r.ts() <= query.maxTs()) {
                found.add(r);
            }
        }
        if (query.reversed()) {
            Collections.reverse(found);
        }
        return found.subList(0, (int) Math.min(found.size(), query.limit()));
    }

    @Override
    public void pin() {
        pinned.add(new Pinned(alive()));
    }

    @Override
    public List<FlowRecord> querySnapshot(int number, Query query) {
        return select(pinned.get(number).alive(), query);
    }

    @Override
    public Optional<FlowRecord> getFromSnapshot(int number, byte[] key, long ts) {
        return pinned.get(number).alive().stream()
                .filter(r -> Arrays.equals(r.key(), key) && r.ts() == ts)
                .findFirst();
    }

    @Override
    public void unpin(int number) {
        pinned.remove(number);
    }

    @Override
    public void maintain(Upkeep upkeep) {}

    @Override
    public void reopen() {
        pinned.clear();
    }

    @Override
    public void checkAll(String what, ReadForms expected) {}

    @Override
    public String toString() {
        return "model of " + records.size() + " records, first "
                + (records.isEmpty() ? "none" : Keys.show(records.firstKey().key()));
    }
}
