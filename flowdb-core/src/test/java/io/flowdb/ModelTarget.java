package io.flowdb;

import io.flowdb.internal.base.Op;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the steps of a model test are done to: an engine with some settings, or the model. Threads: one. */
interface ModelTarget {

    /** Time at the beginning, in microseconds. */
    long START = 1_000_000;

    /** One operation of a batch; {@code value} is the end key of a range delete. */
    record Change(Op op, byte[] key, long ts, long expireAt, byte[] value) {}

    /** How a query is asked. */
    enum Form {
        LIST,
        ITERATOR,
        STREAM,
        SNAPSHOT
    }

    /** What is done to files, without a change of what reads say. */
    enum Upkeep {
        FLUSH,
        COMPACT,
        GC
    }

    /** Lets time pass. */
    void pass(long micros);

    /** Puts records, with a time to live for those without expiry if there is one. */
    void put(List<FlowRecord> records, @Nullable Duration ttl);

    /** Commits operations in one batch. */
    void commit(List<Change> changes);

    /** Empty if there is no such version. */
    Optional<FlowRecord> patch(byte[] key, long ts, Patch patch);

    Optional<FlowRecord> get(byte[] key, long ts);

    Optional<FlowRecord> getLatest(byte[] key);

    List<FlowRecord> query(Query query, Form form);

    /** Pins a snapshot behind those that are pinned already. */
    void pin();

    /** Asks a pinned snapshot. */
    List<FlowRecord> querySnapshot(int number, Query query);

    Optional<FlowRecord> getFromSnapshot(int number, byte[] key, long ts);

    /** Releases a snapshot; those behind it move up. */
    void unpin(int number);

    void maintain(Upkeep upkeep);

    /** Closes and opens again; all snapshots are gone. */
    void reopen();

    /** Asks for everything in every form of read. */
    void checkAll(String what, ReadForms expected);
}
