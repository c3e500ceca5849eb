package io.flowdb.boot.observe;

import io.micrometer.observation.Observation;
import org.springframework.transaction.TransactionExecution;

/** One transaction on FlowDB, as it is observed. Threads: one. */
public final class FlowDbTransactionContext extends Observation.Context {

    /** How a transaction ended. */
    public enum Outcome {
        /** It has not yet. */
        RUNNING,
        /** It is stored. */
        COMMIT,
        /** It was rolled back, or could not be committed for another reason than a conflict. */
        ROLLBACK,
        /** Its commit met a conflict; nothing was written. */
        CONFLICT
    }

    private final TransactionExecution execution;
    private final String manager;
    private Outcome outcome = Outcome.RUNNING;

    FlowDbTransactionContext(TransactionExecution execution, String manager) {
        this.execution = execution;
        this.manager = manager;
    }

    /** The transaction of Spring. */
    public TransactionExecution execution() {
        return execution;
    }

    /** Name of the transaction manager's bean. */
    public String manager() {
        return manager;
    }

    /** How it ended. */
    public Outcome outcome() {
        return outcome;
    }

    void setOutcome(Outcome outcome) {
        this.outcome = outcome;
    }
}
