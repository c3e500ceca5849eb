package io.flowdb.benchmarks.measure;

/**
 * A store answered a read with something else than what was written. The benchmark ends: its figures would mean
 * nothing.
 */
public final class WrongAnswerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** {@code message} says which read, what was expected and what came. */
    public WrongAnswerException(String message) {
        super(message);
    }
}
