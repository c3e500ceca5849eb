package io.flowdb.boot.observe;

import io.flowdb.boot.observe.FlowDbTransactionContext.Outcome;
import io.flowdb.data.core.FlowDbTransactionManager;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;

/**
 * Observes the transactions of one manager from begin to end; what runs inside is a child of it. Transactions of a
 * thread end in the reverse order of their begin, so each thread has a stack. Threads: any. What fails here, in a
 * convention of the application say, is logged and changes nothing for the transaction: one that a listener broke off
 * at its begin would stay bound to its thread, and nothing that is saved there afterwards would be committed.
 */
final class TransactionObservations implements TransactionExecutionListener {

    private static final Logger log = LoggerFactory.getLogger(TransactionObservations.class);

    private final String manager;
    private final Supplier<ObservationRegistry> registry;
    private final Supplier<FlowDbTransactionConvention> convention;
    private final ThreadLocal<@Nullable Deque<Running>> running = new ThreadLocal<>();

    TransactionObservations(
            String manager, Supplier<ObservationRegistry> registry, Supplier<FlowDbTransactionConvention> convention) {
        this.manager = manager;
        this.registry = registry;
        this.convention = convention;
    }

    /** A transaction that has not ended. */
    private record Running(FlowDbTransactionContext context, Observation observation, Observation.Scope scope) {}

    @Override
    public void afterBegin(TransactionExecution execution, @Nullable Throwable failure) {
        if (failure != null) {
            return;
        }
        try {
            begin(execution);
        } catch (RuntimeException | Error e) {
            log.warn("A transaction of {} is not observed", manager, e);
        }
    }

    private void begin(TransactionExecution execution) {
        FlowDbTransactionContext context = new FlowDbTransactionContext(execution, manager);
        Observation observation = Observation.start(convention.get(), () -> context, registry.get());
        Deque<Running> stack = running.get();
        if (stack == null) {
            stack = new ArrayDeque<>();
            running.set(stack);
        }
        stack.push(new Running(context, observation, observation.openScope()));
    }

    @Override
    public void afterCommit(TransactionExecution execution, @Nullable Throwable failure) {
        end(execution, failure == null ? Outcome.COMMIT : Outcome.ROLLBACK, failure);
    }

    @Override
    public void afterRollback(TransactionExecution execution, @Nullable Throwable failure) {
        end(execution, FlowDbTransactionManager.isConflict(execution) ? Outcome.CONFLICT : Outcome.ROLLBACK, failure);
    }

    private void end(TransactionExecution execution, Outcome outcome, @Nullable Throwable failure) {
        try {
            stop(execution, outcome, failure);
        } catch (RuntimeException | Error e) {
            log.warn("The end of a transaction of {} is not observed", manager, e);
        }
    }

    private void stop(TransactionExecution execution, Outcome outcome, @Nullable Throwable failure) {
        Deque<Running> stack = running.get();
        if (stack == null || stack.isEmpty() || stack.peek().context().execution() != execution) {
            return; // it only took part, or its end was told already
        }
        Running ended = stack.pop();
        if (stack.isEmpty()) {
            running.remove();
        }
        ended.context().setOutcome(outcome);
        ended.scope().close();
        if (failure != null) {
            ended.observation().error(failure);
        }
        ended.observation().stop();
    }
}
