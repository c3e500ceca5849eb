package io.flowdb.json;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks histories of transactions over append-only lists. As every appended element names its transaction, the order of versions and
 * all dependencies can be read off the lists: write-write, write-read, and read-write (a reader precedes whoever wrote what it
 * did not see). A history is serializable if nobody saw aborted or intermediate writes and the dependencies have no cycle.
 */
final class HistoryChecker {
    /**
     * A committed transaction.
     *
     * @param id not negative
     * @param reads lists as they were when first read, before own appends
     * @param appends keys to which it appended its id, once each
     */
    record Transaction(int id, Map<String, List<Integer>> reads, Set<String> appends) {}

    private HistoryChecker() {}

    /** Problems of the history; {@code last} are the lists at its end. */
    static List<String> check(List<Transaction> committed, Map<String, List<Integer>> last) {
        Map<Integer, Transaction> byId = new HashMap<>();
        committed.forEach(transaction -> byId.put(transaction.id, transaction));
        List<String> problems = new ArrayList<>();
        Map<Integer, Set<Integer>> edges = new HashMap<>();
        last.forEach((key, list) -> {
            for (int i = 0; i < list.size(); i++) {
                Transaction writer = byId.get(list.get(i));
                if (writer == null || !writer.appends.contains(key)) {
                    problems.add("G1a: list " + key + " holds " + list.get(i) + ", which did not commit");
                }
                if (i > 0) {
                    edge(edges, list.get(i - 1), list.get(i));
                }
            }
        });
        for (Transaction transaction : committed) {
            for (String key : transaction.appends) {
                if (!last.getOrDefault(key, List.of()).contains(transaction.id)) {
                    problems.add("lost: append of " + transaction.id + " to " + key);
                }
            }
            transaction.reads.forEach((key, seen) -> {
                List<Integer> list = last.getOrDefault(key, List.of());
                if (seen.size() > list.size() || !list.subList(0, seen.size()).equals(seen)) {
                    problems.add(
                            "transaction " + transaction.id + " saw " + key + " = " + seen + ", no state of " + list);
                    return;
                }
                if (!seen.isEmpty()) {
                    edge(edges, seen.get(seen.size() - 1), transaction.id);
                }
                if (seen.size() < list.size()) {
                    edge(edges, transaction.id, list.get(seen.size()));
                }
            });
        }
        problems.addAll(cycles(edges));
        return problems;
    }

    private static void edge(Map<Integer, Set<Integer>> edges, int from, int to) {
        if (from != to) {
            edges.computeIfAbsent(from, f -> new HashSet<>()).add(to);
        }
    }

    /** Removes transactions nobody precedes until none is left; what is left lies on cycles or behind them. */
    private static List<String> cycles(Map<Integer, Set<Integer>> edges) {
        Map<Integer, Integer> incoming = new HashMap<>();
        edges.forEach((from, tos) -> {
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
            for (int to : edges.getOrDefault(node, Set.of())) {
                if (incoming.merge(to, -1, Integer::sum) == 0) {
                    free.add(to);
                }
            }
        }
        return left.isEmpty()
                ? List.of()
                : List.of("cycle among " + left.stream().limit(10).toList());
    }
}
