package io.flowdb.json;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks histories of transactions over append-only lists for the anomalies of Adya's thesis ("Weak Consistency", MIT
 * 1999). As every element names the transaction that appended it, the order of versions and all dependencies can be
 * read off the lists, as Elle does (Kingsbury and Alvaro, VLDB 2020): write-write, write-read, and read-write, from a
 * reader to whoever wrote what it did not see.
 */
final class HistoryChecker {
    /** Elements of transaction {@code t} are {@code t * ELEMENTS} and the following numbers. */
    static final int ELEMENTS = 8;

    /** What must not be found. */
    enum Anomaly {
        /** A cycle of writes that overwrite each other. */
        G0,
        /** A write of a transaction that did not commit was seen. */
        G1A,
        /** A state in the middle of a transaction was seen. */
        G1B,
        /** A cycle of overwriting and reading. */
        G1C,
        /** A cycle with one read that did not see a write: read skew, lost update. */
        G_SINGLE,
        /** A cycle with several such reads: write skew, phantoms. */
        G2,
        /** A committed append is missing, or lists seen are not states of one list. */
        INCOMPATIBLE
    }

    private enum Dependency {
        WRITE_WRITE,
        WRITE_READ,
        READ_WRITE
    }

    /**
     * A committed transaction.
     *
     * @param id not negative
     * @param reads lists as they were when first read, before own appends; an empty one for a key that was seen to be
     *     absent
     * @param appends how many elements it appended to which list
     */
    record Transaction(int id, Map<String, int[]> reads, Map<String, Integer> appends) {}

    private final Map<Integer, Transaction> committed = new HashMap<>();
    private final Map<Anomaly, List<String>> found = new EnumMap<>(Anomaly.class);
    private final Map<Dependency, Map<Integer, Set<Integer>>> edges = new EnumMap<>(Dependency.class);

    private HistoryChecker() {
        for (Dependency dependency : Dependency.values()) {
            edges.put(dependency, new HashMap<>());
        }
    }

    /** The anomalies of a history, each with examples; {@code last} are the lists at its end. */
    static Map<Anomaly, List<String>> check(List<Transaction> committed, Map<String, int[]> last) {
        HistoryChecker checker = new HistoryChecker();
        committed.forEach(transaction -> checker.committed.put(transaction.id, transaction));
        last.forEach(checker::checkWrites);
        committed.forEach(transaction -> checker.checkAppends(transaction, last));
        committed.forEach(transaction ->
                transaction.reads.forEach((key, seen) -> checker.checkRead(transaction, key, seen, last)));
        checker.checkCycles();
        return checker.found;
    }

    private void report(Anomaly anomaly, String example) {
        List<String> examples = found.computeIfAbsent(anomaly, a -> new ArrayList<>());
        if (examples.size() < 5) {
            examples.add(example);
        }
    }

    private void edge(Dependency dependency, int from, int to) {
        if (from != to) {
            edges.get(dependency).computeIfAbsent(from, f -> new HashSet<>()).add(to);
        }
    }

    private static int writer(int element) {
        return element / ELEMENTS;
    }

    private void checkWrites(String key, int[] list) {
        for (int i = 0; i < list.length; i++) {
            Transaction writer = committed.get(writer(list[i]));
            if (writer == null || writer.appends.getOrDefault(key, 0) <= list[i] % ELEMENTS) {
                report(Anomaly.G1A, "list " + key + " holds " + list[i] + ", which did not commit");
            }
            if (i > 0) {
                edge(Dependency.WRITE_WRITE, writer(list[i - 1]), writer(list[i]));
            }
        }
    }

    private void checkAppends(Transaction transaction, Map<String, int[]> last) {
        transaction.appends.forEach((key, count) -> {
            int[] own = Arrays.stream(last.getOrDefault(key, new int[0]))
                    .filter(element -> writer(element) == transaction.id)
                    .toArray();
            if (own.length != count) {
                report(
                        Anomaly.INCOMPATIBLE,
                        "appends of " + transaction.id + " to " + key + ": " + own.length + " left of " + count);
            }
        });
    }

    private void checkRead(Transaction reader, String key, int[] seen, Map<String, int[]> last) {
        int[] list = last.getOrDefault(key, new int[0]);
        int common = Arrays.mismatch(seen, list);
        if (common >= 0 && common < seen.length) {
            boolean aborted = Arrays.stream(seen).anyMatch(element -> !committed.containsKey(writer(element)));
            report(
                    aborted ? Anomaly.G1A : Anomaly.INCOMPATIBLE,
                    "transaction " + reader.id + " saw " + key + " = " + Arrays.toString(seen)
                            + ", no state of the list");
            return;
        }
        if (seen.length > 0) {
            int newest = seen[seen.length - 1];
            if (seen.length < list.length
                    && writer(list[seen.length]) == writer(newest)
                    && writer(newest) != reader.id) {
                report(
                        Anomaly.G1B,
                        "transaction " + reader.id + " saw half of what " + writer(newest) + " appended to " + key);
            }
            edge(Dependency.WRITE_READ, writer(newest), reader.id);
        }
        if (seen.length < list.length) {
            edge(Dependency.READ_WRITE, reader.id, writer(list[seen.length]));
        }
    }

    private void checkCycles() {
        Map<Integer, Set<Integer>> writes = graph(EnumSet.of(Dependency.WRITE_WRITE));
        cycle(writes).ifPresent(Anomaly.G0);
        Map<Integer, Set<Integer>> seen = graph(EnumSet.of(Dependency.WRITE_WRITE, Dependency.WRITE_READ));
        cycle(seen).ifPresent(Anomaly.G1C);
        Set<Integer> onCycles = cycle(graph(EnumSet.allOf(Dependency.class))).nodes;
        boolean single = false;
        for (Map.Entry<Integer, Set<Integer>> missed :
                edges.get(Dependency.READ_WRITE).entrySet()) {
            for (int writer : missed.getValue()) {
                if (onCycles.contains(missed.getKey())
                        && onCycles.contains(writer)
                        && leads(seen, writer, missed.getKey())) {
                    single = true;
                    report(
                            Anomaly.G_SINGLE,
                            missed.getKey() + " did not see a write of " + writer + ", which precedes it");
                }
            }
        }
        if (!onCycles.isEmpty() && !single && !found.containsKey(Anomaly.G0) && !found.containsKey(Anomaly.G1C)) {
            new Cycle(onCycles).ifPresent(Anomaly.G2);
        }
    }

    private Map<Integer, Set<Integer>> graph(Set<Dependency> of) {
        Map<Integer, Set<Integer>> graph = new HashMap<>();
        of.forEach(dependency -> edges.get(dependency)
                .forEach((from, tos) ->
                        graph.computeIfAbsent(from, f -> new HashSet<>()).addAll(tos)));
        return graph;
    }

    private static boolean leads(Map<Integer, Set<Integer>> graph, int from, int to) {
        Set<Integer> reached = new HashSet<>(Set.of(from));
        Deque<Integer> open = new ArrayDeque<>(reached);
        while (!open.isEmpty()) {
            for (int next : graph.getOrDefault(open.poll(), Set.of())) {
                if (next == to) {
                    return true;
                }
                if (reached.add(next)) {
                    open.add(next);
                }
            }
        }
        return false;
    }

    /** Transactions on cycles, and perhaps some between cycles; empty if there is no cycle. */
    private final class Cycle {
        final Set<Integer> nodes;

        Cycle(Set<Integer> nodes) {
            this.nodes = nodes;
        }

        void ifPresent(Anomaly anomaly) {
            if (!nodes.isEmpty()) {
                report(
                        anomaly,
                        "cycle among " + new TreeSet<>(nodes).stream().limit(10).toList());
            }
        }
    }

    /** Removes transactions that nobody precedes or that precede nobody, until none is left. */
    private Cycle cycle(Map<Integer, Set<Integer>> graph) {
        Map<Integer, Set<Integer>> left = prune(prune(graph));
        return new Cycle(new HashSet<>(left.keySet()));
    }

    /** The reverse of what is left of a graph without the nodes that nobody precedes, nor those only they precede. */
    private static Map<Integer, Set<Integer>> prune(Map<Integer, Set<Integer>> graph) {
        Map<Integer, Integer> incoming = new HashMap<>();
        graph.forEach((from, tos) -> {
            incoming.putIfAbsent(from, 0);
            tos.forEach(to -> incoming.merge(to, 1, Integer::sum));
        });
        Deque<Integer> free = new ArrayDeque<>();
        incoming.forEach((node, count) -> {
            if (count == 0) {
                free.add(node);
            }
        });
        Set<Integer> left = new HashSet<>(incoming.keySet());
        while (!free.isEmpty()) {
            int node = free.poll();
            left.remove(node);
            for (int to : graph.getOrDefault(node, Set.of())) {
                if (incoming.merge(to, -1, Integer::sum) == 0) {
                    free.add(to);
                }
            }
        }
        Map<Integer, Set<Integer>> reversed = new HashMap<>();
        for (int node : left) {
            for (int to : graph.getOrDefault(node, Set.of())) {
                if (left.contains(to)) {
                    reversed.computeIfAbsent(to, t -> new HashSet<>()).add(node);
                }
            }
        }
        return reversed;
    }
}
