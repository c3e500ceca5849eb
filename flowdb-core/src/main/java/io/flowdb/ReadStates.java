package io.flowdb;

import io.flowdb.error.EngineClosedException;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.memtable.Memtable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/** The current {@link ReadState} and its changes. Threads: any. */
final class ReadStates {
    private final ReentrantLock stateLock = new ReentrantLock(); // rank 40, docs/concurrency.md

    private volatile ReadState current; // replaced under stateLock

    private volatile boolean closed; // set once, under stateLock, before the last replacement of current

    ReadStates(Memtable active, List<Memtable> frozen, SstSet ssts) {
        current = new ReadState(active, List.copyOf(frozen), ssts);
    }

    /** The current state, without entering it: only for callers that keep it from changing or do not read tables. */
    ReadState current() {
        return current;
    }

    /** Enters the current state for one call; {@link ReadState#leave()} it in the same thread. */
    ReadState enter() {
        return enter(ReadState.cellOfThread(), false);
    }

    private ReadState enter(int cell, boolean stays) {
        while (true) {
            ReadState state = current;
            if (tryEnter(state, cell, stays)) {
                return state;
            }
            Thread.onSpinWait();
        }
    }

    /** Enters a state for one call, as {@link #enter()}, if it still is the current one. */
    boolean tryEnter(ReadState state) {
        return tryEnter(state, ReadState.cellOfThread(), false);
    }

    private boolean tryEnter(ReadState state, int cell, boolean stays) {
        state.enter(cell, stays);
        if (state == current) {
            return true;
        }
        state.leave(cell, stays);
        return false;
    }

    /** Number of calls, other than open walks, that have entered the current state and may be reading files. */
    int pointReaders() {
        return current.callCount();
    }

    /** A state that is held until it is closed. Threads: may be closed by another one, or by several at once. */
    final class Lease implements AutoCloseable {
        private final ReadState state;
        private final int cell;
        private final AtomicBoolean open =
                new AtomicBoolean(true); // counted out twice, the state would go while others read it

        private Lease(ReadState state, int cell) {
            this.state = state;
            this.cell = cell;
        }

        ReadState state() {
            return state;
        }

        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                state.leave(cell, true);
            }
        }
    }

    /** Enters the current state for longer than a call; refused once closed, as that state is empty. */
    Lease lease() {
        int cell = ReadState.cellOfThread();
        ReadState state = enter(cell, true);
        try {
            checkOpen();
            return new Lease(state, cell);
        } catch (RuntimeException | Error e) { // of memory: a reader that is not counted out would keep tables for ever
            state.leave(cell, true);
            throw e;
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new EngineClosedException("engine");
        }
    }

    /** Puts an empty memtable in place of the active one, which becomes the newest frozen one. */
    void freeze() {
        changeAndRetire(state -> {
            List<Memtable> frozen = new ArrayList<>();
            frozen.add(state.active());
            frozen.addAll(state.frozen());
            return new ReadState(new Memtable(), List.copyOf(frozen), state.ssts());
        });
    }

    /** Takes commits above {@code seqno} out of the memtables; nobody can have seen them. */
    void dropAbove(long seqno) {
        changeAndRetire(state -> {
            state.limitTo(seqno);
            List<Memtable> frozen = new ArrayList<>();
            for (Memtable memtable : state.frozen()) {
                frozen.add(memtable.upTo(seqno));
            }
            return new ReadState(state.active().upTo(seqno), List.copyOf(frozen), state.ssts());
        });
    }

    /** Puts tables in place of a frozen memtable. Returns the state before, for the caller to retire. */
    ReadState flushed(Memtable memtable, Collection<Sst> added) {
        return change(state -> {
            List<Memtable> frozen = new ArrayList<>(state.frozen());
            frozen.remove(memtable);
            SstSet ssts = added.isEmpty() ? state.ssts() : state.ssts().with(Set.of(), added);
            return new ReadState(state.active(), List.copyOf(frozen), ssts);
        });
    }

    /** Puts tables in place of others. Returns the state before, for the caller to retire. */
    ReadState compacted(Set<Long> removedIds, Collection<Sst> added) {
        return change(state ->
                new ReadState(state.active(), state.frozen(), state.ssts().with(removedIds, added)));
    }

    /** Replaces the state by an empty one that readers never meet, as the engine refuses them. */
    void close() {
        changeAndRetire(state -> {
            closed = true;
            return new ReadState(new Memtable(), List.of(), state.ssts().empty());
        });
    }

    /** Makes the next state of the current one. */
    private interface Change {
        ReadState apply(ReadState state);
    }

    private void changeAndRetire(Change change) {
        change(change).retire();
    }

    private ReadState change(Change change) {
        stateLock.lock();
        try {
            checkOpen();
            ReadState before = current;
            current = change.apply(before);
            return before;
        } finally {
            stateLock.unlock();
        }
    }
}
