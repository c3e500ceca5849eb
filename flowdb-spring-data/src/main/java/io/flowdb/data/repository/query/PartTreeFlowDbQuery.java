package io.flowdb.data.repository.query;

import io.flowdb.data.core.Conditions;
import io.flowdb.data.core.FlowDbOperations;
import io.flowdb.data.core.FlowDbQuery;
import io.flowdb.json.Filter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Range;
import org.springframework.data.repository.query.Parameter;
import org.springframework.data.repository.query.ParametersParameterAccessor;
import org.springframework.data.repository.query.parser.Part;
import org.springframework.data.repository.query.parser.PartTree;

/**
 * A query derived from the name of its method: {@code findTop3ByStatusInAndPriorityGreaterThanOrderByCreatedAtDesc}.
 * The name is taken apart and checked once, at start-up; a call only fills in the values.
 */
public final class PartTreeFlowDbQuery extends AbstractFlowDbQuery {

    /** Spring Data passes over the limit in such names: {@code deleteFirst3By…} would delete all. */
    private static final Pattern IGNORED_LIMIT =
            Pattern.compile("(?:count|exists|delete|remove)(?:Distinct)?((?:First|Top)\\d*)(?:\\p{Lu}.*?)??By.*");

    private final PartTree tree;
    private final Conditions<?> conditions;
    private final List<List<PartCondition>> alternatives = new ArrayList<>();
    private final Action action;

    /** Throws {@link RuntimeException} naming what does not fit. */
    public PartTreeFlowDbQuery(FlowDbQueryMethod method, FlowDbOperations operations) {
        super(method, operations);
        checkLimit(method.getName());
        this.tree = new PartTree(method.getName(), method.entityType());
        checkDelete(tree, method);
        this.conditions = operations.conditions(method.entityType());
        this.action = action(tree);
        bind(method);
        tree.getSort().forEach(order -> conditions.fieldPath(order.getProperty()));
    }

    private static void checkLimit(String name) {
        Matcher ignored = IGNORED_LIMIT.matcher(name);
        if (ignored.matches()) {
            throw new IllegalArgumentException("'" + ignored.group(1)
                    + "' bounds only what a method finds; use a parameter of type Limit to delete some, or find them");
        }
    }

    /** What is deleted is not paged: the next page would not be there. */
    private static void checkDelete(PartTree tree, FlowDbQueryMethod method) {
        if (tree.isDelete() && (method.isPageQuery() || method.isSliceQuery() || method.isScrollQuery())) {
            throw new IllegalArgumentException(
                    "a method that deletes returns what it has deleted as a List or a Stream, or how many there were,"
                            + " not a Page, Slice or Window");
        }
    }

    private static Action action(PartTree tree) {
        if (tree.isDelete()) {
            return Action.DELETE;
        }
        if (tree.isCountProjection()) {
            return Action.COUNT;
        }
        return tree.isExistsProjection() ? Action.EXISTS : Action.FIND;
    }

    private void bind(FlowDbQueryMethod method) {
        List<Parameter> bindable = new ArrayList<>();
        method.getParameters().getBindableParameters().forEach(bindable::add);
        int needed = 0;
        int ranges = 0;
        for (Part part : tree.getParts()) {
            needed += part.getNumberOfArguments();
        }
        for (Parameter parameter : bindable) {
            ranges += Range.class.isAssignableFrom(parameter.getType()) ? 1 : 0;
        }
        int spare = bindable.size() + ranges - needed;
        Iterator<Parameter> parameters = bindable.iterator();
        for (PartTree.OrPart or : tree) {
            List<PartCondition> conjunction = new ArrayList<>();
            for (Part part : or) {
                PartCondition condition = PartCondition.of(part, conditions, parameters, method::typeOf, spare);
                spare -= part.getType() == Part.Type.EXISTS ? condition.arguments() : 0;
                conjunction.add(condition);
            }
            alternatives.add(conjunction);
        }
        if (parameters.hasNext()) {
            Parameter extra = parameters.next();
            throw new IllegalArgumentException("No keyword takes the parameter '"
                    + extra.getName().orElse("#" + extra.getIndex()) + "' of type "
                    + extra.getType().getName());
        }
    }

    @Override
    FlowDbQuery createQuery(ParametersParameterAccessor arguments, @Nullable Object[] raw) {
        Iterator<@Nullable Object> values = arguments.iterator();
        List<Filter> any = new ArrayList<>();
        for (List<PartCondition> parts : alternatives) {
            List<Filter> all = new ArrayList<>();
            for (PartCondition part : parts) {
                all.add(part.filter(conditions, values));
            }
            any.add(all.size() == 1 ? all.get(0) : Filter.and(all));
        }
        Filter filter = !tree.hasPredicate() ? null : any.size() == 1 ? any.get(0) : Filter.or(any);
        FlowDbQuery query = FlowDbQuery.where(filter).withSort(tree.getSort());
        Integer most = tree.getMaxResults();
        return most == null ? query : query.withLimit(most);
    }

    @Override
    Action action() {
        return action;
    }

    @Override
    boolean isLimiting() {
        return tree.isLimiting();
    }
}
