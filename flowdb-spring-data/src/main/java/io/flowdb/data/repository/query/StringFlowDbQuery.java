package io.flowdb.data.repository.query;

import io.flowdb.data.core.FlowDbOperations;
import io.flowdb.data.core.FlowDbQuery;
import io.flowdb.data.repository.Query;
import io.flowdb.data.repository.query.PredicateParser.Parsed;
import io.flowdb.json.Filter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.data.repository.query.Parameter;
import org.springframework.data.repository.query.Parameters;
import org.springframework.data.repository.query.ParametersParameterAccessor;
import org.springframework.data.repository.query.ValueExpressionDelegate;
import org.springframework.data.repository.query.ValueExpressionQueryRewriter;
import org.springframework.data.repository.query.ValueExpressionQueryRewriter.QueryExpressionEvaluator;

/** A query written in the language of {@link Query}, parsed once, at start-up. */
public final class StringFlowDbQuery extends AbstractFlowDbQuery {

    /** Begins the names that stand for expressions; a parameter of Java has no such. */
    private static final String EXPRESSION = "$";

    private final Parsed query;
    private final Action action;
    private final QueryExpressionEvaluator expressions;

    /** Parameter as written, to its place among the bindable ones. Those of expressions are absent. */
    private final Map<String, Integer> places = new HashMap<>();

    /** Throws {@link IllegalArgumentException} naming what does not fit. */
    public StringFlowDbQuery(
            FlowDbQueryMethod method, FlowDbOperations operations, String text, ValueExpressionDelegate delegate) {
        super(method, operations);
        this.expressions = ValueExpressionQueryRewriter.of(
                        delegate, StringFlowDbQuery::nameOf, (prefix, name) -> prefix + name)
                .parse(text, method.getParameters());
        String rewritten = expressions.getQueryString();
        String written = rewritten.length() == text.length() ? text : rewritten;
        this.query = PredicateParser.parse(
                new QueryText(rewritten, written),
                operations.conditions(method.entityType()),
                parameter -> typeOf(parameter, method));
        this.action = action(method);
        for (String parameter : query.parameters()) {
            if (!isExpression(parameter)) {
                places.put(parameter, place(parameter, method.getParameters()));
            }
        }
    }

    /** As long as the expression it stands for, so that the places of words are those in the text that was written. */
    private static String nameOf(int index, String expression) {
        String name = EXPRESSION + index + "$";
        int wanted = expression.startsWith("#{") ? expression.length() : expression.length() + "#{}".length();
        return name + "$".repeat(Math.max(0, wanted - name.length()));
    }

    private static boolean isExpression(String parameter) {
        return parameter.substring(1).startsWith(EXPRESSION);
    }

    /** Null for an expression, whose type only its value tells. */
    private static @Nullable ResolvableType typeOf(String parameter, FlowDbQueryMethod method) {
        Parameters<?, ?> parameters = method.getParameters();
        return isExpression(parameter)
                ? null
                : method.typeOf(parameters.getBindableParameters().getParameter(place(parameter, parameters)));
    }

    private static Action action(FlowDbQueryMethod method) {
        Query annotation = method.annotation();
        if (annotation == null) {
            return Action.FIND;
        }
        boolean[] flags = {annotation.count(), annotation.exists(), annotation.delete()};
        int set = 0;
        for (boolean flag : flags) {
            set += flag ? 1 : 0;
        }
        if (set > 1) {
            throw new IllegalArgumentException("@Query can have one of count, exists and delete, not several");
        }
        if (annotation.count()) {
            return Action.COUNT;
        }
        if (annotation.exists()) {
            return Action.EXISTS;
        }
        return annotation.delete() ? Action.DELETE : Action.FIND;
    }

    private static int place(String parameter, Parameters<?, ?> parameters) {
        Parameters<?, ?> bindable = parameters.getBindableParameters();
        String name = parameter.substring(1);
        if (parameter.startsWith("?")) {
            int index = name.matches("\\d{1,3}") ? Integer.parseInt(name) : 0;
            if (index < 1 || index > bindable.getNumberOfParameters()) {
                throw new IllegalArgumentException("the query has the parameter " + parameter
                        + ", but the method has the parameters ?1 to ?" + bindable.getNumberOfParameters());
            }
            return index - 1;
        }
        int index = 0;
        for (Parameter candidate : bindable) {
            if (candidate.getName().filter(name::equals).isPresent()) {
                return index;
            }
            index++;
        }
        throw new IllegalArgumentException("the query has the parameter " + parameter
                + ", but no parameter of the method has this name; use @Param or compile with -parameters");
    }

    @Override
    FlowDbQuery createQuery(ParametersParameterAccessor arguments, @Nullable Object[] raw) {
        if (query.predicate() == null) {
            return FlowDbQuery.all().withSort(query.sort());
        }
        Map<String, Object> evaluated = expressions.evaluate(raw);
        Filter filter = query.predicate().filter(parameter -> {
            Integer place = places.get(parameter);
            return place == null ? evaluated.get(parameter.substring(1)) : arguments.getBindableValue(place);
        });
        return FlowDbQuery.where(filter).withSort(query.sort());
    }

    @Override
    Action action() {
        return action;
    }

    @Override
    boolean isLimiting() {
        return false;
    }
}
