package io.flowdb.boot.observe;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import java.util.Locale;

/** Name and tags of observed transactions. A bean of this type replaces them. */
public interface FlowDbTransactionConvention extends ObservationConvention<FlowDbTransactionContext> {

    /**
     * {@code flowdb.transactions}, with manager, outcome, whether it may write, and the names OpenTelemetry gives
     * databases.
     */
    FlowDbTransactionConvention DEFAULT = new FlowDbTransactionConvention() {};

    @Override
    default boolean supportsContext(Observation.Context context) {
        return context instanceof FlowDbTransactionContext;
    }

    @Override
    default String getName() {
        return "flowdb.transactions";
    }

    @Override
    default String getContextualName(FlowDbTransactionContext context) {
        return "flowdb transaction";
    }

    @Override
    default KeyValues getLowCardinalityKeyValues(FlowDbTransactionContext context) {
        return KeyValues.of(
                "name", context.manager(),
                "outcome", context.outcome().name().toLowerCase(Locale.ROOT),
                "read.only", String.valueOf(context.execution().isReadOnly()),
                "db.system.name", "flowdb",
                "db.operation.name", "transaction");
    }
}
