package io.flowdb.internal.json;

import static io.flowdb.internal.base.Arguments.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ContainerNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A dotted path into JSON documents, such as {@code address.city} or {@code tags.0}.
 *
 * <p>A step names a property of an object, or in decimal the position of an array element. A step that leads nowhere
 * makes the value absent. Names that contain a dot cannot be reached. Immutable.
 */
public final class KeyPath {
    /** Most characters of a path. */
    public static final int MAX_LENGTH = 1024;

    private final String text;
    private final String[] steps;
    /** For each step its value as an array position, or -1. */
    private final int[] positions;

    private KeyPath(String text, String[] steps) {
        this.text = text;
        this.steps = steps;
        this.positions = new int[steps.length];
        for (int i = 0; i < steps.length; i++) {
            positions[i] = position(steps[i]);
        }
    }

    /** Splits {@code text} at its dots. */
    public static KeyPath of(String text) {
        Objects.requireNonNull(text, "key path");
        check(!text.isEmpty() && text.length() <= MAX_LENGTH, "key path", text, "1 to 1024 characters");
        List<String> steps = new ArrayList<>(2);
        int start = 0;
        for (int dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', start)) {
            steps.add(text.substring(start, dot));
            start = dot + 1;
        }
        steps.add(text.substring(start));
        check(steps.stream().noneMatch(String::isEmpty), "key path", text, "steps that are not empty");
        return new KeyPath(text, steps.toArray(String[]::new));
    }

    /** The value at this path, JSON null included; null if it is absent. */
    public @Nullable JsonNode find(JsonNode document) {
        JsonNode node = document;
        for (int i = 0; i < steps.length && node != null; i++) {
            node = step(node, i);
        }
        return node == null || node.isMissingNode() ? null : node;
    }

    private @Nullable JsonNode step(JsonNode node, int i) {
        if (node instanceof ObjectNode object) {
            return object.get(steps[i]);
        }
        if (node instanceof ArrayNode array && positions[i] >= 0) {
            return array.get(positions[i]);
        }
        return null;
    }

    /**
     * Puts {@code value} at this path. Missing objects on the way are made, in place of null too; a step that is a
     * number makes an object as well, unless there is an array: then it names an element of that, or the one behind its
     * last. An array on the way is replaced by a changed copy.
     *
     * @return false if another value, or an array that is too short, is in the way; the document is as it was then
     */
    public boolean set(ObjectNode document, JsonNode value) {
        return set(document, 0, value);
    }

    private boolean set(JsonNode node, int i, JsonNode value) {
        boolean last = i == steps.length - 1;
        if (node instanceof ObjectNode object) {
            JsonNode next = last ? value : room(object.get(steps[i]), object);
            if (!last && !set(next, i + 1, value)) {
                return false;
            }
            object.set(steps[i], next);
            return true;
        }
        if (node instanceof ArrayNode array && positions[i] >= 0 && positions[i] <= array.size()) {
            JsonNode next = last ? value : room(array.get(positions[i]), array);
            if (!last && !set(next, i + 1, value)) {
                return false;
            }
            if (positions[i] == array.size()) {
                array.add(next);
            } else {
                array.set(positions[i], next);
            }
            return true;
        }
        return false;
    }

    /** What a step leads into: what is there, a copy of an array, or a new object in place of nothing. */
    private static JsonNode room(@Nullable JsonNode there, ContainerNode<?> in) {
        if (there == null || there.isNull()) {
            return in.objectNode();
        }
        return there instanceof ArrayNode array ? array.deepCopy() : there;
    }

    /**
     * What {@link #set} changes in a document.
     *
     * @param object an object that is there already
     * @param property its property that will have another value
     * @param before the value now, or null if there is none
     */
    public record Place(
            ObjectNode object, String property, @Nullable JsonNode before) {

        /** Takes back what {@link #set} has done. */
        public void restore() {
            if (before == null) {
                object.remove(property);
            } else {
                object.set(property, before);
            }
        }
    }

    /** The place in {@code document} at which {@link #set} would begin. */
    public Place placeIn(ObjectNode document) {
        ObjectNode node = document;
        for (int i = 0; ; i++) {
            JsonNode next = node.get(steps[i]);
            if (i == steps.length - 1 || !(next instanceof ObjectNode object)) {
                return new Place(node, steps[i], next);
            }
            node = object;
        }
    }

    /** Whether this path leads to the element at {@code position} of an array at the path {@code array}. */
    public boolean isElement(KeyPath array, int position) {
        return position >= 0 && elementOf(array) == position;
    }

    /**
     * The position of the element to which this path leads in an array at the path {@code array}; -1 if it leads
     * elsewhere.
     */
    public int elementOf(KeyPath array) {
        int last = steps.length - 1;
        boolean within = last == array.steps.length && Arrays.equals(steps, 0, last, array.steps, 0, last);
        return within ? positions[last] : -1;
    }

    /** The first step. */
    public String first() {
        return steps[0];
    }

    private static int position(String step) {
        if (step.length() > 9 || (step.length() > 1 && step.charAt(0) == '0')) {
            return -1;
        }
        int position = 0;
        for (int i = 0; i < step.length(); i++) {
            int digit = step.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            position = position * 10 + digit;
        }
        return position;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KeyPath that && Arrays.equals(steps, that.steps);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** The path as it was written. */
    @Override
    public String toString() {
        return text;
    }
}
