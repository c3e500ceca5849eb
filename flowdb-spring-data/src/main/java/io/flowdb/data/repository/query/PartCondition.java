package io.flowdb.data.repository.query;

import io.flowdb.data.core.Conditions;
import io.flowdb.json.Filter;
import java.util.Iterator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.data.core.PropertyPath;
import org.springframework.data.domain.Range;
import org.springframework.data.repository.query.Parameter;
import org.springframework.data.repository.query.parser.Part;
import org.springframework.data.repository.query.parser.Part.IgnoreCaseType;
import org.springframework.data.repository.query.parser.Part.Type;

/**
 * One part of a method's name and the arguments it takes, checked when the application starts.
 *
 * @param part keyword and property
 * @param path the property, dotted
 * @param ignoreCase whether case counts not
 * @param arguments how many arguments it takes
 */
record PartCondition(Part part, String path, boolean ignoreCase, int arguments) {

    /**
     * Takes the parameters of a part from {@code parameters}.
     *
     * @param typeOf the type of a parameter, with those of its elements
     * @param spare how many parameters the method has beyond what its keywords need; {@code Exists} may take one
     * @throws IllegalArgumentException saying what does not fit
     */
    static PartCondition of(
            Part part,
            Conditions<?> conditions,
            Iterator<? extends Parameter> parameters,
            Function<Parameter, ResolvableType> typeOf,
            int spare) {
        String path = part.getProperty().toDotPath();
        conditions.fieldPath(path); // throws if a query cannot follow the path
        Type type = part.getType();
        if (type == Type.NEAR || type == Type.WITHIN) {
            throw new IllegalArgumentException("'" + type + "' of '" + path + "': FlowDB has no geographic queries");
        }
        checkType(part, path, conditions);
        int wanted = type == Type.EXISTS && spare > 0 ? 1 : part.getNumberOfArguments();
        int taken = 0;
        while (taken < wanted) {
            if (!parameters.hasNext()) {
                throw new IllegalArgumentException(
                        "'" + path + "' (" + type + ") needs " + wanted + " parameter(s), but the method has no more");
            }
            Parameter parameter = parameters.next();
            taken++;
            checkParameter(type, path, parameter, typeOf.apply(parameter), conditions);
            if (type == Type.BETWEEN && Range.class.isAssignableFrom(parameter.getType())) {
                break;
            }
        }
        return new PartCondition(part, path, ignoresCase(part, path, conditions), taken);
    }

    private static void checkType(Part part, String path, Conditions<?> conditions) {
        boolean text = conditions.isText(path);
        boolean fits = switch (part.getType()) {
            case LIKE, NOT_LIKE, STARTING_WITH, ENDING_WITH, REGEX -> text;
            case CONTAINING, NOT_CONTAINING -> text || conditions.isCollection(path);
            case IS_EMPTY, IS_NOT_EMPTY -> conditions.canBeEmpty(path);
            case TRUE, FALSE -> conditions.accepts(path, Boolean.class);
            default -> true;
        };
        boolean matches = switch (part.getType()) {
            case LIKE, NOT_LIKE, STARTING_WITH, ENDING_WITH, REGEX -> true;
            case CONTAINING, NOT_CONTAINING -> !conditions.isCollection(path);
            default -> false;
        };
        if (fits && matches) {
            conditions.requirePlainText(path);
        }
        if (!fits) {
            PropertyPath leaf = part.getProperty().getLeafProperty();
            Class<?> type = leaf.getTypeInformation().isMap()
                    ? leaf.getTypeInformation().getType()
                    : leaf.getType();
            throw new IllegalArgumentException(
                    "'" + part.getType() + "' does not apply to '" + path + "', a " + type.getSimpleName());
        }
    }

    private static void checkParameter(
            Type type, String path, Parameter parameter, ResolvableType declared, Conditions<?> conditions) {
        ParameterTypes types = new ParameterTypes(conditions);
        Class<?> given = parameter.getType();
        boolean fits = switch (type) {
            case IN, NOT_IN ->
                (given.isArray() || Iterable.class.isAssignableFrom(given) || given == Object.class)
                        && types.fitValues(path, declared);
            case EXISTS -> given == Boolean.class || given == boolean.class;
            case BETWEEN ->
                Range.class.isAssignableFrom(given) ? types.fitRange(path, declared) : types.fitValue(path, declared);
            case REGEX -> given == java.util.regex.Pattern.class || CharSequence.class.isAssignableFrom(given);
            case LIKE, NOT_LIKE, STARTING_WITH, ENDING_WITH ->
                CharSequence.class.isAssignableFrom(given) || given == Character.class || given == char.class;
            case CONTAINING, NOT_CONTAINING -> types.fitContent(path, declared);
            default -> types.fitValue(path, declared);
        };
        if (!fits) {
            throw new IllegalArgumentException("'" + path + "' (" + type + ") cannot take the parameter '"
                    + parameter.getName().orElse("#" + parameter.getIndex()) + "' of type "
                    + ParameterTypes.describe(declared) + "; it takes "
                    + (type == Type.IN || type == Type.NOT_IN
                            ? "an Iterable or an array of values of the property"
                            : "a value of the property, or one that becomes it without loss; In takes several"));
        }
    }

    private static boolean ignoresCase(Part part, String path, Conditions<?> conditions) {
        IgnoreCaseType wanted = part.shouldIgnoreCase();
        if (wanted == IgnoreCaseType.NEVER) {
            return false;
        }
        if (!conditions.isText(path)) {
            if (wanted == IgnoreCaseType.ALWAYS) {
                throw new IllegalArgumentException("'" + path + "' is no text, so IgnoreCase does not apply");
            }
            return false;
        }
        conditions.requirePlainText(path);
        return switch (part.getType()) {
            case LESS_THAN, LESS_THAN_EQUAL, GREATER_THAN, GREATER_THAN_EQUAL, BETWEEN, BEFORE, AFTER ->
                throw new IllegalArgumentException(
                        "'" + part.getType() + "' of '" + path + "' has no form that ignores case");
            default -> true;
        };
    }

    /** The filter for these arguments; takes as many as {@link #arguments()}. */
    Filter filter(Conditions<?> conditions, Iterator<? extends @Nullable Object> values) {
        return switch (part.getType()) {
            case IS_NULL -> conditions.isNull(path);
            case IS_NOT_NULL -> conditions.isNotNull(path);
            case IS_EMPTY -> conditions.isEmpty(path);
            case IS_NOT_EMPTY -> Filter.not(conditions.isEmpty(path));
            case TRUE -> conditions.eq(path, true);
            case FALSE -> conditions.eq(path, false);
            case EXISTS -> exists(conditions, values);
            case BETWEEN -> between(conditions, values);
            default -> withOne(conditions, values.next());
        };
    }

    private Filter exists(Conditions<?> conditions, Iterator<? extends @Nullable Object> values) {
        boolean wanted = arguments == 0 || !Boolean.FALSE.equals(values.next());
        return wanted ? conditions.isNotNull(path) : conditions.isNull(path);
    }

    private Filter between(Conditions<?> conditions, Iterator<? extends @Nullable Object> values) {
        Object first = values.next();
        if (arguments == 1) {
            return first instanceof Range<?> range ? conditions.in(path, range) : conditions.none();
        }
        return conditions.between(path, first, values.next());
    }

    private Filter withOne(Conditions<?> conditions, @Nullable Object value) {
        return switch (part.getType()) {
            case SIMPLE_PROPERTY -> equal(conditions, value);
            case NEGATING_SIMPLE_PROPERTY -> Filter.not(equal(conditions, value));
            case LESS_THAN, BEFORE -> conditions.lt(path, value);
            case LESS_THAN_EQUAL -> conditions.le(path, value);
            case GREATER_THAN, AFTER -> conditions.gt(path, value);
            case GREATER_THAN_EQUAL -> conditions.ge(path, value);
            case LIKE -> conditions.like(path, value, ignoreCase);
            case NOT_LIKE -> Filter.not(conditions.like(path, value, ignoreCase));
            case STARTING_WITH -> conditions.startsWith(path, value, ignoreCase);
            case ENDING_WITH -> conditions.endsWith(path, value, ignoreCase);
            case CONTAINING -> conditions.contains(path, value, ignoreCase);
            case NOT_CONTAINING -> Filter.not(conditions.contains(path, value, ignoreCase));
            case REGEX -> conditions.regex(path, value, ignoreCase);
            case IN -> in(conditions, value);
            case NOT_IN -> Filter.not(in(conditions, value));
            default -> throw new IllegalStateException("no filter for " + part.getType());
        };
    }

    private Filter equal(Conditions<?> conditions, @Nullable Object value) {
        return ignoreCase ? conditions.eqIgnoreCase(path, value) : conditions.eq(path, value);
    }

    private Filter in(Conditions<?> conditions, @Nullable Object values) {
        return ignoreCase ? conditions.inIgnoreCase(path, values) : conditions.in(path, values);
    }
}
