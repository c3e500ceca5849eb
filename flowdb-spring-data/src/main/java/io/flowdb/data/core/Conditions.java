package io.flowdb.data.core;

import io.flowdb.data.convert.FlowDbConverter;
import io.flowdb.data.convert.PatternText;
import io.flowdb.data.core.EntityProperties.ResolvedProperty;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import io.flowdb.json.Filter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.core.TypedPropertyPath;
import org.springframework.data.domain.Range;
import org.springframework.data.mapping.MappingException;
import org.springframework.util.ObjectUtils;
import tools.jackson.databind.JsonNode;

/**
 * Conditions on the properties of an entity, as filters on its documents. Names are property paths
 * ({@code address.city}), values are Java values; both are converted as when the entity was stored.
 *
 * <p>Rules: null and a missing field are the same. A comparison with null holds for nothing, equality with null is
 * {@link #isNull}. Each negation is the exact complement: {@code ne("x", 1)} holds where x is null. Ranges hold for
 * values of the same kind only. On a collection, a condition on one value holds if it does for one element.
 *
 * <p>Threads: any. Errors: {@link InvalidDataAccessApiUsageException} for an unknown property or a value of another
 * type.
 *
 * @param <T> the entity
 */
public final class Conditions<T> {

    private final Class<T> type;
    private final FlowDbConverter converter;
    private final EntityProperties properties;

    Conditions(Class<T> type, FlowDbConverter converter, EntityProperties properties) {
        this.type = type;
        this.converter = converter;
        this.properties = properties;
    }

    /** Nothing. */
    public Filter none() {
        return Filter.or(List.of());
    }

    /** Everything. */
    public Filter all() {
        return Filter.and(List.of());
    }

    /** Conditions on one property, its values checked by the compiler: {@code where(Todo::priority).ge(3)}. */
    public <P> PropertyConditions<P> where(TypedPropertyPath<T, P> property) {
        return new PropertyConditions<>(this, TypedPropertyPath.of(property).toDotPath());
    }

    /** Equal, or null if {@code value} is. */
    public Filter eq(String property, @Nullable Object value) {
        ResolvedProperty p = resolve(property);
        return value == null ? isNull(p) : Filter.eq(p.fieldPath(), convert(p, value));
    }

    /** Not {@link #eq}. */
    public Filter ne(String property, @Nullable Object value) {
        return Filter.not(eq(property, value));
    }

    /** Less. */
    public Filter lt(String property, @Nullable Object value) {
        ResolvedProperty p = resolve(property);
        return value == null ? none() : Filter.lt(p.fieldPath(), convert(p, value));
    }

    /** Less or equal. */
    public Filter le(String property, @Nullable Object value) {
        ResolvedProperty p = resolve(property);
        return value == null ? none() : Filter.le(p.fieldPath(), convert(p, value));
    }

    /** Greater. */
    public Filter gt(String property, @Nullable Object value) {
        ResolvedProperty p = resolve(property);
        return value == null ? none() : Filter.gt(p.fieldPath(), convert(p, value));
    }

    /** Greater or equal. */
    public Filter ge(String property, @Nullable Object value) {
        ResolvedProperty p = resolve(property);
        return value == null ? none() : Filter.ge(p.fieldPath(), convert(p, value));
    }

    /** From {@code low} to {@code high}, both included; nothing if one of them is null. */
    public Filter between(String property, @Nullable Object low, @Nullable Object high) {
        return Filter.and(ge(property, low), le(property, high));
    }

    /** In {@code range}, whose bounds say whether they are included; an unbounded side leaves null out all the same. */
    public Filter in(String property, Range<?> range) {
        List<Filter> bounds = new ArrayList<>();
        range.getLowerBound()
                .getValue()
                .ifPresent(v -> bounds.add(range.getLowerBound().isInclusive() ? ge(property, v) : gt(property, v)));
        range.getUpperBound()
                .getValue()
                .ifPresent(v -> bounds.add(range.getUpperBound().isInclusive() ? le(property, v) : lt(property, v)));
        return bounds.isEmpty() ? isNotNull(property) : Filter.and(bounds);
    }

    /**
     * Equal to one of {@code values}: an array, an {@code Iterable} or one value. Null among them means null; empty
     * nothing.
     */
    public Filter in(String property, @Nullable Object values) {
        ResolvedProperty p = resolve(property);
        List<JsonNode> keys = new ArrayList<>();
        boolean orNull = false;
        for (Object value : elements(values)) {
            if (value == null) {
                orNull = true;
            } else {
                keys.add(convert(p, value));
            }
        }
        List<Filter> choices = new ArrayList<>();
        if (!keys.isEmpty()) {
            choices.add(Filter.in(p.fieldPath(), keys));
        }
        if (orNull) {
            choices.add(isNull(p));
        }
        return choices.size() == 1 ? choices.get(0) : Filter.or(choices);
    }

    /** Not {@link #in(String, Object)}. */
    public Filter notIn(String property, @Nullable Object values) {
        return Filter.not(in(property, values));
    }

    /** Null or missing. */
    public Filter isNull(String property) {
        return isNull(resolve(property));
    }

    /** A converter of the property may write something else for null; documents that it has not written hold null. */
    private Filter isNull(ResolvedProperty p) {
        Filter isNull = Filter.isNull(p.fieldPath());
        JsonNode written = convert(p, null);
        return written.isNull() ? isNull : Filter.or(isNull, Filter.eq(p.fieldPath(), written));
    }

    /** Neither null nor missing. */
    public Filter isNotNull(String property) {
        ResolvedProperty p = resolve(property);
        return convert(p, null).isNull() ? Filter.isNotNull(p.fieldPath()) : Filter.not(isNull(p));
    }

    /** Null, missing, or a text or collection without content. */
    public Filter isEmpty(String property) {
        ResolvedProperty p = resolve(property);
        if (!canBeEmpty(p.property())) {
            throw new InvalidDataAccessApiUsageException("Whether '" + property + "' of " + type.getSimpleName()
                    + " is empty cannot be asked: it is no text and no collection");
        }
        Filter isNull = isNull(p);
        if (p.property().getType() == byte[].class) {
            return Filter.or(isNull, Filter.eq(p.fieldPath(), convert(p, new byte[0])));
        }
        if (!converter.hasElements(p.property())) {
            return Filter.or(isNull, Filter.eq(p.fieldPath(), convert(p, "")));
        }
        // one of the elements may be an empty list, or null
        return Filter.or(
                isNull,
                Filter.and(Filter.eq(p.fieldPath(), List.of()), Filter.not(Filter.exists(p.fieldPath() + ".0"))));
    }

    /** Text that starts with {@code prefix}, taken literally. */
    public Filter startsWith(String property, @Nullable Object prefix, boolean ignoreCase) {
        ResolvedProperty p = resolveText(property);
        if (prefix == null) {
            return none();
        }
        String text = text(property, prefix);
        return ignoreCase ? Filter.startsWithIgnoreCase(p.fieldPath(), text) : Filter.startsWith(p.fieldPath(), text);
    }

    /** Text that ends with {@code suffix}, taken literally. */
    public Filter endsWith(String property, @Nullable Object suffix, boolean ignoreCase) {
        ResolvedProperty p = resolveText(property);
        if (suffix == null) {
            return none();
        }
        String text = text(property, suffix);
        return ignoreCase ? Filter.endsWithIgnoreCase(p.fieldPath(), text) : Filter.endsWith(p.fieldPath(), text);
    }

    /**
     * Text with the part {@code value}, or a collection with that element; with all of them if {@code value} is
     * several. Where the elements are lists, one list of values is one element.
     */
    public Filter contains(String property, @Nullable Object value, boolean ignoreCase) {
        ResolvedProperty p = resolve(property);
        if (value == null) {
            return none();
        }
        if (converter.hasElements(p.property())) {
            if (ignoreCase && !isText(p.property())) {
                throw new InvalidDataAccessApiUsageException(
                        "'" + property + "' holds no text, so it has no case to ignore");
            }
            if (ignoreCase) {
                requirePlainText(p, property);
            }
            List<Filter> all = new ArrayList<>();
            boolean several = value instanceof Map || converter.isWhole(p.property(), value);
            (several ? elements(value) : List.of(value))
                    .forEach(element -> all.add(containsElement(p, property, element, ignoreCase)));
            return all.size() == 1 ? all.get(0) : Filter.and(all);
        }
        String part = text(property, value);
        resolveText(property);
        return ignoreCase ? Filter.containsIgnoreCase(p.fieldPath(), part) : Filter.contains(p.fieldPath(), part);
    }

    private Filter containsElement(ResolvedProperty p, String property, @Nullable Object element, boolean ignoreCase) {
        if (element == null) {
            return none();
        }
        if (converter.isWhole(p.property(), element)) {
            throw new InvalidDataAccessApiUsageException(
                    "'" + property + "' of " + type.getSimpleName() + " has no elements that are collections");
        }
        return ignoreCase
                ? Filter.eqIgnoreCase(p.fieldPath(), text(property, element))
                : Filter.eq(p.fieldPath(), convert(p, element)); // holds for one element; served by a multi-entry index
    }

    /** Text equal to {@code value} whatever the case of its letters; null if {@code value} is. */
    public Filter eqIgnoreCase(String property, @Nullable Object value) {
        ResolvedProperty p = resolveText(property);
        return value == null ? isNull(p) : Filter.eqIgnoreCase(p.fieldPath(), text(property, value));
    }

    /** {@link #in(String, Object)} whatever the case of letters. */
    public Filter inIgnoreCase(String property, @Nullable Object values) {
        List<Filter> choices = new ArrayList<>();
        elements(values).forEach(value -> choices.add(eqIgnoreCase(property, value)));
        return Filter.or(choices);
    }

    /** Text like {@code pattern}, where % is any text, _ any one character and \ makes the next character literal. */
    public Filter like(String property, @Nullable Object pattern, boolean ignoreCase) {
        ResolvedProperty p = resolveText(property);
        if (pattern == null) {
            return none();
        }
        String text = text(property, pattern);
        return ignoreCase ? Filter.likeIgnoreCase(p.fieldPath(), text) : Filter.like(p.fieldPath(), text);
    }

    /** Text in which {@code regex}, a {@code String} or a {@link Pattern}, is found. */
    public Filter regex(String property, @Nullable Object regex, boolean ignoreCase) {
        ResolvedProperty p = resolveText(property);
        if (regex == null) {
            return none();
        }
        String source = regex instanceof Pattern compiled ? PatternText.regex(compiled) : text(property, regex);
        return Filter.regex(p.fieldPath(), ignoreCase ? "(?iu)" + source : source);
    }

    /** Whether the values of a property, or the elements of a collection, are text. */
    public boolean isText(String property) {
        return isText(resolve(property).property());
    }

    /** Throws unless parts of the text of {@code property} can be matched, and its case ignored. */
    public void requirePlainText(String property) {
        requirePlainText(resolve(property), property);
    }

    /** Whether values of {@code given} can be compared with {@code property}, or with its elements. */
    public boolean accepts(String property, Class<?> given) {
        return converter.canWriteValue(resolve(property).property(), given);
    }

    /** Where {@code property} lies in the documents; throws if there is no such property. */
    public String fieldPath(String property) {
        return resolve(property).fieldPath();
    }

    /** Whether it can be asked if values of {@code property} are empty: texts, collections, bytes. */
    public boolean canBeEmpty(String property) {
        return canBeEmpty(resolve(property).property());
    }

    private boolean canBeEmpty(FlowDbPersistentProperty property) {
        return isText(property) || property.getType() == byte[].class || converter.hasElements(property);
    }

    /** Whether the elements of {@code property} are collections or arrays. */
    public boolean hasCollections(String property) {
        FlowDbPersistentProperty p = resolve(property).property();
        return converter.hasElements(p) && !converter.isWhole(p, List.of());
    }

    /** Whether conditions on {@code property} see the elements of a collection or an array; bytes are one value. */
    public boolean isCollection(String property) {
        return converter.hasElements(resolve(property).property());
    }

    private static boolean isText(FlowDbPersistentProperty property) {
        Class<?> actual = property.isMap() ? property.getType() : property.getActualType(); // also of an Optional
        return CharSequence.class.isAssignableFrom(actual) || actual == char.class || actual == Character.class;
    }

    private ResolvedProperty resolve(String property) {
        return properties.resolve(type, property);
    }

    private ResolvedProperty resolveText(String property) {
        ResolvedProperty p = resolve(property);
        requirePlainText(p, property);
        Class<?> raw = p.property().isCollectionLike()
                ? p.property().getActualType()
                : p.property().getType();
        if (Number.class.isAssignableFrom(raw)
                || (raw.isPrimitive() && raw != char.class)
                || raw == Boolean.class
                || p.property().getType() == byte[].class
                || p.property().isMap()) {
            throw new InvalidDataAccessApiUsageException("'" + property + "' of " + type.getSimpleName() + " is a "
                    + raw.getSimpleName() + ", which has no text to match");
        }
        return p;
    }

    /** The stored form is the converter's: parts of the text, and its case, need not be there. */
    private void requirePlainText(ResolvedProperty p, String property) {
        if (!converter.isPlainText(p.property())) {
            throw new InvalidDataAccessApiUsageException("'" + property + "' of " + type.getSimpleName()
                    + " is stored as its converter writes it, so no part of its text can be matched and no case"
                    + " ignored; compare it with whole values");
        }
    }

    private JsonNode convert(ResolvedProperty p, @Nullable Object value) {
        try {
            return converter.writeValue(p.property(), value);
        } catch (MappingException | ClassCastException e) {
            throw new InvalidDataAccessApiUsageException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) { // converters of the application have any
            throw new InvalidDataAccessApiUsageException(
                    "'" + p.property().getName() + "' of " + type.getSimpleName() + ": " + e.getMessage(), e);
        }
    }

    private String text(String property, Object value) {
        if (value instanceof CharSequence || value instanceof Character) {
            return value.toString();
        }
        throw new InvalidDataAccessApiUsageException("'" + property + "' of " + type.getSimpleName()
                + " is matched with text, not with a " + value.getClass().getName());
    }

    private static Collection<? extends @Nullable Object> elements(@Nullable Object values) {
        if (values instanceof Collection<?> collection) {
            return collection;
        }
        if (values instanceof Iterable<?> iterable) {
            List<@Nullable Object> list = new ArrayList<>();
            iterable.forEach(list::add);
            return list;
        }
        if (values instanceof Map<?, ?> map) {
            return map.values();
        }
        if (values != null && values.getClass().isArray() && !(values instanceof byte[])) {
            return Arrays.asList(ObjectUtils.toObjectArray(values));
        }
        return values == null ? List.of() : List.of(values);
    }
}
