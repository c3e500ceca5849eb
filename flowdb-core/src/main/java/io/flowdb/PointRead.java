package io.flowdb;

import io.flowdb.internal.base.PointLookup;

/**
 * The search of one point read in the current {@link ReadState}.
 *
 * <p>What is in memory, memtables and blocks, stays what it was for whoever has a reference to it. So the state is
 * entered only before a file is read: most reads come without counting, which costs two fences. Threads: one;
 * {@link #close} ends it.
 */
final class PointRead extends PointLookup implements AutoCloseable {
    private final ReadStates states;
    private final ReadState state;
    private boolean entered;
    private boolean overtaken;

    private PointRead(ReadStates states, ReadState state, boolean entered) {
        this.states = states;
        this.state = state;
        this.entered = entered;
    }

    /** A read that may be overtaken: then begin anew with {@link #entered}. */
    static PointRead begin(ReadStates states) {
        return new PointRead(states, states.current(), false);
    }

    /** A read that cannot be overtaken. */
    static PointRead entered(ReadStates states) {
        return new PointRead(states, states.enter(), true);
    }

    /** What it looks at. */
    ReadState state() {
        return state;
    }

    @Override
    public boolean holdFiles() {
        if (!entered && !overtaken) {
            entered = states.tryEnter(state);
            overtaken = !entered;
        }
        return entered;
    }

    /** Whether the state was replaced before a file of it could be read. What was found does not count then. */
    boolean isOvertaken() {
        return overtaken;
    }

    /** Leaves the state. What was found may still be used. */
    @Override
    public void close() {
        if (entered) {
            entered = false;
            state.leave();
        }
    }
}
