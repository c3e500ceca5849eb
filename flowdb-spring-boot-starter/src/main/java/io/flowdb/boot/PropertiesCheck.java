package io.flowdb.boot;

import io.flowdb.boot.InvalidPropertiesException.InvalidProperty;
import io.flowdb.error.InvalidConfigException.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.boot.convert.DataSizeUnit;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.boot.origin.Origin;
import org.springframework.util.unit.DataSize;

/**
 * Collects everything that is wrong with the {@code flowdb.*} properties while they are bound: values that cannot be
 * converted, values out of range, unknown names. Other prefixes are left alone.
 *
 * <p>Threads: one; made for each binding. Errors: {@link InvalidPropertiesException} at the end of the binding.
 */
final class PropertiesCheck extends AbstractBindHandler {
    private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of(FlowDbProperties.PREFIX);

    /* Environment variables and system properties may belong to anything; Spring Boot leaves them out as well. */
    private static final UnboundElementsSourceFilter CHECKED_SOURCES = new UnboundElementsSourceFilter();

    private final Set<ConfigurationPropertyName> known = new LinkedHashSet<>();

    /**
     * Names whose children are properties. Of the parts of other values, such as the bytes of a size, the binder starts
     * some, too.
     */
    private final Set<ConfigurationPropertyName> groups = new HashSet<>(Set.of(ROOT));

    private final Map<ConfigurationPropertyName, InvalidProperty> invalid = new LinkedHashMap<>();

    PropertiesCheck(BindHandler next) {
        super(next);
    }

    @Override
    public <T> @Nullable Bindable<T> onStart(ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
        if (groups.contains(name.getParent())) {
            known.add(name);
            if (target.getType().resolve(Object.class).isRecord()) {
                groups.add(name);
            }
        }
        return super.onStart(name, target, context);
    }

    @Override
    public @Nullable Object onFailure(
            ConfigurationPropertyName name, Bindable<?> target, BindContext context, Exception error) throws Exception {
        if (!ROOT.isAncestorOf(name)) {
            return super.onFailure(name, target, context, error);
        }
        ConfigurationProperty property = find(name, context);
        invalid.put(
                name,
                new InvalidProperty(
                        name.toString(),
                        property == null ? "" : String.valueOf(property.getValue()),
                        property == null ? null : property.getOrigin(),
                        "allowed: " + allowed(name, target)));
        return null; // the default takes its place, so that the binding goes on to the next property
    }

    @Override
    public void onFinish(
            ConfigurationPropertyName name, Bindable<?> target, BindContext context, @Nullable Object result)
            throws Exception {
        super.onFinish(name, target, context, result);
        if (name.equals(ROOT) && result instanceof FlowDbProperties properties) {
            properties.violations().forEach(v -> addOutOfRange(v, context));
            addUnknown(context);
            if (!invalid.isEmpty()) {
                throw new InvalidPropertiesException(new ArrayList<>(invalid.values()));
            }
        }
    }

    private void addOutOfRange(Violation violation, BindContext context) {
        ConfigurationPropertyName name = ConfigurationPropertyName.of(propertyName(violation.field()));
        ConfigurationProperty property = find(name, context);
        invalid.putIfAbsent(
                name,
                new InvalidProperty(
                        name.toString(),
                        property == null ? violation.value() : String.valueOf(property.getValue()),
                        property == null ? null : property.getOrigin(),
                        "allowed: " + violation.allowed()));
    }

    private void addUnknown(BindContext context) {
        for (ConfigurationPropertySource source : context.getSources()) {
            if (source instanceof IterableConfigurationPropertySource iterable && CHECKED_SOURCES.apply(source)) {
                iterable.stream()
                        .filter(name -> ROOT.isAncestorOf(name) && !known.contains(name))
                        .forEach(name -> addUnknown(name, iterable.getConfigurationProperty(name)));
            }
        }
    }

    private void addUnknown(ConfigurationPropertyName name, @Nullable ConfigurationProperty property) {
        Origin origin = property == null ? null : property.getOrigin();
        String value = property == null ? "" : String.valueOf(property.getValue());
        invalid.putIfAbsent(
                name,
                new InvalidProperty(
                        name.toString(),
                        value,
                        origin,
                        "there is no such property, did you mean " + nearest(name) + "?"));
    }

    /** Name of the property behind a field of {@link io.flowdb.Config}. */
    static String propertyName(String field) {
        if (field.equals("walSyncMode")) {
            return FlowDbProperties.PREFIX + ".wal-sync-interval"; // the only part of it that can be out of range
        }
        return FlowDbProperties.PREFIX + "." + kebabCase(field);
    }

    private static String kebabCase(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static @Nullable ConfigurationProperty find(ConfigurationPropertyName name, BindContext context) {
        for (ConfigurationPropertySource source : context.getSources()) {
            ConfigurationProperty property = source.getConfigurationProperty(name);
            if (property != null) {
                return property;
            }
        }
        return null;
    }

    private static String allowed(ConfigurationPropertyName name, Bindable<?> target) {
        Class<?> type = target.getBoxedType().toClass();
        if (type == DataSize.class) {
            DataSizeUnit unit = target.getAnnotation(DataSizeUnit.class);
            return "a size such as 512KB or 64MB" + range(name) + bareNumber(unit == null ? null : unit.value());
        }
        if (type == Duration.class) {
            DurationUnit unit = target.getAnnotation(DurationUnit.class);
            return "a duration such as 500ms, 10s or 1h" + range(name) + bareNumber(unit == null ? null : unit.value());
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(c -> ((Enum<?>) c).name().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .collect(Collectors.joining(", "));
        }
        if (type == Boolean.class) {
            return "true, false";
        }
        if (type.isRecord()) {
            return "no value of its own, as it is a group: " + members(name, type);
        }
        return Number.class.isAssignableFrom(type)
                ? "a whole number" + range(name)
                : "a value of type " + type.getSimpleName();
    }

    private static String range(ConfigurationPropertyName name) {
        return FlowDbProperties.ranges().entrySet().stream()
                .filter(range -> propertyName(range.getKey()).equals(name.toString()))
                .map(range -> " (" + range.getValue() + ")")
                .findFirst()
                .orElse("");
    }

    private static String members(ConfigurationPropertyName name, Class<?> group) {
        return Arrays.stream(group.getRecordComponents())
                .map(component -> name + "." + kebabCase(component.getName()))
                .collect(Collectors.joining(", "));
    }

    private static String bareNumber(@Nullable Enum<?> unit) {
        return unit == null ? "" : "; a bare number is in " + unit.name().toLowerCase(Locale.ROOT);
    }

    private String nearest(ConfigurationPropertyName name) {
        return leaves(known).stream()
                .min(Comparator.comparingInt(k -> distance(k, name.toString())))
                .orElse(FlowDbProperties.PREFIX);
    }

    private static List<String> leaves(Collection<ConfigurationPropertyName> names) {
        return names.stream()
                .filter(n -> names.stream().noneMatch(n::isParentOf))
                .map(ConfigurationPropertyName::toString)
                .toList();
    }

    /** Number of insertions, removals and replacements of one character that turn {@code a} into {@code b}. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        Arrays.setAll(previous, j -> j);
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
