package io.flowdb.testing;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A strict reader of the Prometheus text exposition format 0.0.4, made from its specification (prometheus.io,
 * "Exposition formats", "Text format details") and independent of what writes it here: there is no maintained one for
 * Java. What the specification leaves to the writer (comments, timestamps, missing HELP or TYPE, white space) is
 * refused.
 */
public final class PrometheusParser {
    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final Pattern HELP = Pattern.compile("# HELP (" + NAME + ") (.+)");
    private static final Pattern TYPE =
            Pattern.compile("# TYPE (" + NAME + ") (counter|gauge|histogram|summary|untyped)");
    private static final Pattern SAMPLE = Pattern.compile("(" + NAME + ")(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\[\\\\n\"])*)\"(?:,|$)");

    private final Map<String, Family> families = new LinkedHashMap<>();
    private final Set<String> series = new HashSet<>();

    /** A metric. */
    public record Family(String name, String help, String type, List<Sample> samples) {}

    /** One line of it. */
    public record Sample(String name, Map<String, String> labels, double value) {}

    private PrometheusParser() {}

    /**
     * The metrics of a text by name, in its order; throws {@link IllegalArgumentException} naming the line that breaks
     * a rule.
     */
    public static Map<String, Family> parse(String text) {
        PrometheusParser parser = new PrometheusParser();
        require(text.endsWith("\n"), "the last line must end with a line feed", text);
        require(!text.contains("\r"), "lines end with a line feed alone", text);
        String[] lines = text.substring(0, text.length() - 1).split("\n", -1);
        Family current = null;
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].startsWith("#")) {
                require(i + 1 < lines.length, "TYPE and samples after HELP", lines[i]);
                current = parser.head(lines[i], lines[++i]);
            } else {
                require(current != null, "a sample after its TYPE", lines[i]);
                parser.sample(current, lines[i]);
            }
        }
        parser.families.values().forEach(PrometheusParser::checkSamples);
        return parser.families;
    }

    private Family head(String helpLine, String typeLine) {
        Matcher help = HELP.matcher(helpLine);
        Matcher type = TYPE.matcher(typeLine);
        require(help.matches(), "# HELP name text", helpLine);
        require(type.matches() && type.group(1).equals(help.group(1)), "# TYPE of the same name and a type", typeLine);
        require(!help.group(2).replaceAll("\\\\[\\\\n]", "").contains("\\"), "only \\\\ and \\n escaped", helpLine);
        Family family = new Family(help.group(1), help.group(2), type.group(2), new ArrayList<>());
        require(families.put(family.name(), family) == null, "one group for each name", typeLine);
        return family;
    }

    private void sample(Family family, String line) {
        Matcher sample = SAMPLE.matcher(line);
        require(sample.matches(), "name{labels} value", line);
        Map<String, String> labels = labels(sample.group(2), line);
        String name = sample.group(1);
        boolean part = family.type().equals("summary")
                && (name.equals(family.name() + "_sum") || name.equals(family.name() + "_count"));
        require(name.equals(family.name()) || part, "a sample of " + family.name(), line);
        require(series.add(name + labels), "each series once", line);
        family.samples().add(new Sample(name, labels, value(sample.group(3), line)));
    }

    private static Map<String, String> labels(String text, String line) {
        Map<String, String> labels = new TreeMap<>();
        Matcher label = LABEL.matcher(text == null ? "" : text);
        int at = 0;
        while (label.find() && label.start() == at) {
            require(labels.put(label.group(1), label.group(2)) == null, "each label once", line);
            at = label.end();
        }
        require(at == (text == null ? 0 : text.length()), "label=\"value\", ...", line);
        return labels;
    }

    private static double value(String text, String line) {
        switch (text) {
            case "NaN":
                return Double.NaN;
            case "+Inf":
                return Double.POSITIVE_INFINITY;
            case "-Inf":
                return Double.NEGATIVE_INFINITY;
            default:
                require(text.matches("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?"), "a number", line);
                return Double.parseDouble(text);
        }
    }

    private static void checkSamples(Family family) {
        require(!family.samples().isEmpty(), "at least one sample", family.name());
        if (family.type().equals("counter")) {
            require(family.samples().stream().allMatch(s -> s.value() >= 0), "counters of 0 or more", family.name());
        }
        if (family.type().equals("summary")) {
            for (Sample sample : family.samples()) {
                boolean quantile = sample.name().equals(family.name());
                require(sample.labels().containsKey("quantile") == quantile, "quantile labels", family.name());
            }
            require(
                    family.samples().stream().anyMatch(s -> s.name().endsWith("_sum"))
                            && family.samples().stream().anyMatch(s -> s.name().endsWith("_count")),
                    "sum and count",
                    family.name());
        }
    }

    private static void require(boolean ok, String rule, String line) {
        if (!ok) {
            throw new IllegalArgumentException("Prometheus text needs " + rule + ": " + line);
        }
    }
}
