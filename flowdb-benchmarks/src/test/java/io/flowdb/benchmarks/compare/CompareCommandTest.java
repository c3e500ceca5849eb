package io.flowdb.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.benchmarks.CommandLineRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompareCommandTest {
    private static final String NUMBER_OR_NULL = "(null|-?[0-9]+(\\.[0-9]{3})?)";
    private static final String LINE =
            "\\{\"suite\":\"(seed|kv|durable)\",\"workload\":\"[a-z0-9-]+\",\"engine\":\"[a-z]+\""
                    + ",\"opsPerSecond\":" + NUMBER_OR_NULL + ",\"p50Micros\":" + NUMBER_OR_NULL + ",\"p99Micros\":"
                    + NUMBER_OR_NULL
                    + ",\"bytesOnDisk\":" + NUMBER_OR_NULL + ",\"writeAmplification\":" + NUMBER_OR_NULL
                    + ",\"ratioToRocksdb\":"
                    + NUMBER_OR_NULL + "}";

    @TempDir
    Path dir;

    @ParameterizedTest
    @ValueSource(strings = {"seed", "kv", "durable"})
    void compare_tinyRunOfPeers_writesEveryRowAndLeavesNothingBehind(String suite) throws Exception {
        Path json = dir.resolve("result.json");
        Path databases = dir.resolve("databases");

        CommandLineRun run = CommandLineRun.of(
                "compare",
                "--suite",
                suite,
                "--engines",
                "rocksdb,mvstore",
                "--seconds",
                "0.02",
                "--rounds",
                "1",
                "--records",
                "1000",
                "--heap",
                "256m",
                "--json",
                json.toString(),
                "--dir",
                databases.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        List<String> lines = Files.readAllLines(json);
        assertThat(lines).allMatch(line -> line.matches(LINE));
        assertThat(lines)
                .extracting(line -> line.replaceAll(".*\"workload\":\"(.*?)\",\"engine\":\"(.*?)\".*", "$1 $2"))
                .containsExactlyElementsOf(expectedRows(suite));
        assertThat(run.out()).contains("durability", "x rocksdb", "round 1 of 1: " + suite + " mvstore");
        assertThat(databases).isEmptyDirectory();
    }

    @Test
    void compare_tinyRunOfDocuments_leavesOutWhatAnEngineLacks() throws Exception {
        Path json = dir.resolve("result.json");

        CommandLineRun run = CommandLineRun.of(
                "compare",
                "--suite",
                "documents",
                "--engines",
                "flowdb,sqlite,nitrite",
                "--seconds",
                "0.02",
                "--rounds",
                "1",
                "--records",
                "1000",
                "--heap",
                "256m",
                "--json",
                json.toString(),
                "--dir",
                dir.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        List<String> rows = Files.readAllLines(json).stream()
                .map(line -> line.replaceAll(".*\"workload\":\"(.*?)\",\"engine\":\"(.*?)\".*", "$1 $2"))
                .toList();
        assertThat(rows)
                .contains("put-1 flowdb", "put-64 nitrite", "rmw-8 sqlite", "full-scan nitrite")
                .hasSize(45);
        assertThat(rows).doesNotContain("rmw-8 nitrite", "import-cities sqlite");
        assertThat(Files.readString(json)).contains("\"ratioToRocksdb\":null,\"ratioToSqlite\":1}");
    }

    @Test
    void compare_tinyRunOfSpring_measuresEveryStoreAgainstBothPeers() throws Exception {
        Path json = dir.resolve("result.json");
        Path databases = dir.resolve("databases");

        CommandLineRun run = CommandLineRun.of(
                "compare",
                "--suite",
                "spring",
                "--seconds",
                "0.02",
                "--rounds",
                "1",
                "--records",
                "1000",
                "--heap",
                "256m",
                "--json",
                json.toString(),
                "--dir",
                databases.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        List<String> lines = Files.readAllLines(json);
        List<String> expected = new ArrayList<>();
        for (String workload : List.of("findById", "finder-unique", "finder-list-200", "save", "saveAll-1000")) {
            for (String engine : List.of("flowdb", "jpa-h2", "jpa-h2-default", "jdbc-sqlite")) {
                expected.add(workload + " " + engine);
            }
        }
        assertThat(lines)
                .extracting(line -> line.replaceAll(".*\"workload\":\"(.*?)\",\"engine\":\"(.*?)\".*", "$1 $2"))
                .containsExactlyElementsOf(expected);
        assertThat(lines)
                .allMatch(line -> line.matches(
                        ".*\"ratioToRocksdb\":null,\"ratioToJpaH2\":[0-9.]+," + "\"ratioToJdbcSqlite\":[0-9.]+}"));
        assertThat(run.out()).contains("x jpa-h2", "x jdbc-sqlite", "lost by a kill");
        assertThat(databases).isEmptyDirectory();
    }

    @Test
    void compare_someWorkloads_reportsOnlyThose() throws Exception {
        Path json = dir.resolve("result.json");

        CommandLineRun run = CommandLineRun.of(
                "compare",
                "--suite",
                "kv",
                "--engines",
                "mvstore",
                "--seconds",
                "0.02",
                "--rounds",
                "2",
                "--records",
                "1000",
                "--heap",
                "256m",
                "--json",
                json.toString(),
                "--dir",
                dir.toString(),
                "--workloads",
                "readrandom,compact-smallcache");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Files.readAllLines(json))
                .extracting(line -> line.replaceAll(".*\"workload\":\"(.*?)\".*", "$1"))
                .containsExactly("readrandom", "compact-smallcache");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--suite nothing | unknown suite nothing, allowed: seed,kv,durable,documents,spring",
                "--suite kv --engines rocksdb,other | unknown engine other",
                "--suite kv --engines sqlite | --engines: sqlite, allowed: flowdb,rocksdb,mvstore",
                "--suite spring --engines sqlite | --engines: sqlite, allowed: flowdb,jpa-h2,jpa-h2-default,jdbc-sqlite",
                "--suite documents --cities /nowhere/cities.gz | no such file",
                "--suite kv --seconds 0 | --seconds 0.0, allowed",
                "--suite kv --seconds many | --seconds",
                "--suite kv --rounds 0 | --rounds 0, allowed",
                "--suite kv --records 1500 | --records 1500, allowed: multiples of 1000",
                "--suite kv --heap 2t | --heap 2t, allowed",
                "--suite kv --workloads disk | --workloads: disk, allowed: fillseq",
                "--engines rocksdb | --suite",
                "--suite kv --frobnicate | --frobnicate"
            })
    void compare_wrongArgument_exitsWithTwoAndSaysWhich(String arguments, String complaint) {
        List<String> args = new ArrayList<>(List.of("compare"));
        args.addAll(List.of(arguments.trim().split(" ")));

        CommandLineRun run = CommandLineRun.of(args.toArray(String[]::new));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(complaint);
    }

    private static List<String> expectedRows(String suite) {
        List<String> rows = new ArrayList<>();
        for (String workload : Suite.of(suite).workloads()) {
            rows.add(workload + " rocksdb");
            rows.add(workload + " mvstore");
        }
        return rows;
    }
}
