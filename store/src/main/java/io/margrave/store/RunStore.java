package io.margrave.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.margrave.data.AtomicFile;
import io.margrave.data.BadInputException;
import io.margrave.data.ImageSet;
import io.margrave.results.AttackExhibit;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditRow;
import io.margrave.results.AuditTask;
import io.margrave.results.CurvePoint;
import io.margrave.results.CurveRow;
import io.margrave.results.DamageExhibit;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.Exhibit;
import io.margrave.results.Kind;
import io.margrave.results.Margin;
import io.margrave.results.ModelCard;
import io.margrave.results.Norm;
import io.margrave.results.PlanJson;
import io.margrave.results.PointAudit;
import io.margrave.results.RunInfo;
import io.margrave.results.RunResults;
import io.margrave.results.Side;
import io.margrave.results.TaskSink;
import io.margrave.theory.Guarantee;
import io.margrave.theory.Proportion;
import io.margrave.theory.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * The rows and images of one run, in its folder; see the package for the tables.
 *
 * <p>One writer or any number of readers at a time, over all processes. A task is committed whole or not at all: its images
 * reach the disk first, then its rows in one transaction, so that a process killed at any moment loses no finished task and
 * leaves no half task. Every error that a folder can cause is a {@link BadInputException} of one line. Safe for use by several
 * threads, one call at a time.
 */
public final class RunStore implements TaskSink, AutoCloseable {
    private static final String PLAN_FILE = "plan.yaml";
    private static final String EVIDENCE_FOLDER = "perturbations";
    private static final double NANOS_PER_SECOND = 1e9;

    private final Path folder;
    private final FolderClaim claim;
    private final Database database;
    private final AuditPlan plan;
    private final RunInfo info;
    private final List<ModelCard> models;
    private final int session;
    private final LongSupplier nanoTime;
    private final long opened;
    private final SuiteReader suite;
    private final PointReader points;
    private @Nullable ImageSet targets;

    /** A run's three descriptions. */
    private record Head(AuditPlan plan, RunInfo info, List<ModelCard> models) {}

    private RunStore(Path folder, FolderClaim claim, Database database, Head head, int session, LongSupplier nanoTime) {
        this.folder = folder;
        this.claim = claim;
        this.database = database;
        this.plan = head.plan;
        this.info = head.info;
        this.models = head.models;
        this.session = session;
        this.nanoTime = nanoTime;
        this.opened = nanoTime.getAsLong();
        this.suite = new SuiteReader(database, plan, info, this::evidence);
        this.points = new PointReader(database, info, suite, this::evidence);
    }

    /**
     * Makes a run folder and opens it to write.
     *
     * @param runFolder made where it is missing; refused where it already holds a run
     * @param resolvedPlan with concrete radii and attack radius
     * @param info its points are the audited ones, in audit order
     * @param models one a model of the plan, in plan order, of different names
     * @throws BadInputException where the folder can't be written, holds a run, or is in use
     */
    public static RunStore create(Path runFolder, AuditPlan resolvedPlan, RunInfo info, List<ModelCard> models) {
        return create(runFolder, resolvedPlan, info, models, System::nanoTime);
    }

    static RunStore create(
            Path runFolder, AuditPlan resolvedPlan, RunInfo info, List<ModelCard> models, LongSupplier nanoTime) {
        if (!resolvedPlan.r().resolved() || resolvedPlan.attackRadius() == null) {
            throw new IllegalArgumentException("want a resolved plan, got " + resolvedPlan);
        }
        if (models.isEmpty() || models.stream().map(ModelCard::name).distinct().count() != models.size()) {
            throw new IllegalArgumentException("want models of different names, got "
                    + models.stream().map(ModelCard::name).toList());
        }
        makeFolder(runFolder.resolve(EVIDENCE_FOLDER));
        Path folder = real(runFolder);
        FolderClaim claim = FolderClaim.of(folder, true);
        try {
            Database.checkAbsent(folder);
            writePlan(folder.resolve(PLAN_FILE), resolvedPlan);
            Database database = Database.create(folder);
            try {
                Head head = new Head(resolvedPlan, info, List.copyOf(models));
                database.transact(connection -> insertHead(connection, head));
                return new RunStore(folder, claim, database, head, 0, nanoTime);
            } catch (RuntimeException e) {
                database.close();
                throw e;
            }
        } catch (RuntimeException e) {
            claim.close();
            throw e;
        }
    }

    /**
     * Opens a run to write the tasks that it still lacks.
     *
     * @throws BadInputException where there is no run, or one that is corrupt, newer than this version, or in use
     */
    public static RunStore resume(Path runFolder) {
        return open(runFolder, true, System::nanoTime);
    }

    /**
     * Opens a run to read it; nothing in the folder changes.
     *
     * @throws BadInputException where there is no run, or one that is corrupt, newer than this version, or being written
     */
    public static RunStore open(Path runFolder) {
        return open(runFolder, false, System::nanoTime);
    }

    static RunStore open(Path runFolder, boolean writable, LongSupplier nanoTime) {
        if (!Files.isDirectory(runFolder)) {
            throw new BadInputException("no run in " + runFolder + ": want a folder that margrave audit made");
        }
        Path folder = real(runFolder);
        FolderClaim claim = FolderClaim.of(folder, writable);
        try {
            Database database = Database.open(folder, writable);
            try {
                Head head = readHead(folder, database);
                int sessions = database.query("SELECT count(*) FROM sessions", row -> row.getInt(1))
                        .get(0);
                RunStore store = new RunStore(folder, claim, database, head, sessions, nanoTime);
                if (writable) {
                    database.transact(connection -> {
                        if (database.version() < Schema.VERSION) {
                            raise(connection, head.plan);
                        }
                        insertSession(connection, sessions);
                    });
                    database.raised();
                }
                return store;
            } catch (RuntimeException e) {
                database.close();
                throw e;
            }
        } catch (RuntimeException e) {
            claim.close();
            throw e;
        }
    }

    /**
     * Says where the targets of a suite are from, before the first commit of a task that has some: their images are kept beside
     * those that they were attacked with.
     *
     * @param split the audited one
     */
    public synchronized void targetsFrom(ImageSet split) {
        this.targets = split;
    }

    /** The run folder, as a real path. */
    public Path folder() {
        return folder;
    }

    /** The plan as it was run, resolved. */
    public AuditPlan plan() {
        return plan;
    }

    /** Where the run came from; its seconds are those between the opening of a writer and its last commit, added up. */
    public synchronized RunInfo info() {
        double seconds = database.query("SELECT coalesce(sum(seconds), 0) FROM sessions", row -> row.getDouble(1))
                .get(0);
        return new RunInfo(
                info.id(),
                info.created(),
                info.version(),
                info.engine(),
                info.machine(),
                info.dataChecksum(),
                info.shape(),
                info.low(),
                info.high(),
                info.points(),
                info.seconds() + seconds);
    }

    /** One card a model, in plan order. */
    public List<ModelCard> models() {
        return models;
    }

    /** The committed tasks, in model and chunk order. */
    public synchronized Set<AuditTask> done() {
        return Collections.unmodifiableSet(new LinkedHashSet<>(database.query(
                "SELECT t.model, t.chunk, t.first, t.count FROM tasks t JOIN models m ON m.name = t.model"
                        + " ORDER BY m.ordinal, t.chunk",
                row -> new AuditTask(row.getString(1), row.getInt(2), row.getInt(3), row.getInt(4)))));
    }

    /**
     * Keeps all of a task or nothing of it; on the disk when this returns. A task that is already there is left as it is: the
     * same plan gives the same rows.
     *
     * @throws BadInputException where the folder can't be written or the disk is full; tasks committed before are kept
     * @throws IllegalArgumentException where the audits are not those of the task
     */
    @Override
    public synchronized void commit(AuditTask task, double seconds, List<PointAudit> audits) {
        new TaskCheck(plan, info, models).check(task, audits);
        for (AuditTask other : done()) {
            if (other.model().equals(task.model()) && other.chunk() == task.chunk()) {
                if (!other.equals(task)) {
                    throw new IllegalArgumentException(
                            "want chunks that don't change, got " + task + " after " + other);
                }
                return;
            }
        }
        String file = evidenceFile(task);
        Evidence.write(folder.resolve(file), info, task, audits, targets);
        database.transact(connection -> {
            new TaskRows(plan, file).append(connection, task, seconds, audits);
            updateSession(connection);
        });
    }

    /**
     * Keeps the checks of the evaluation, in place of those that were there.
     *
     * @throws BadInputException where the folder can't be written or the disk is full
     */
    public synchronized void checks(List<EvaluationCheck> checks) {
        for (EvaluationCheck check : checks) {
            if (models.stream().noneMatch(card -> card.name().equals(check.model()))) {
                throw new IllegalArgumentException("want a check of a model of the run, got " + check);
            }
        }
        database.transact(connection -> {
            insert(connection, "DELETE FROM checks");
            for (EvaluationCheck check : checks) {
                insert(
                        connection,
                        "INSERT INTO checks VALUES (?, ?, ?, ?, ?, ?::JSON)",
                        check.model(),
                        check.number(),
                        check.name(),
                        check.outcome().name(),
                        check.evidence(),
                        json(check.curves()));
            }
            updateSession(connection);
        });
    }

    /** The checks that were kept, in model and number order; none where none was made. */
    public synchronized List<EvaluationCheck> checks() {
        return withSuite() ? suite.checks() : List.of();
    }

    /** Whether the run has the tables of a suite: one of an older version has none until it is resumed. */
    private boolean withSuite() {
        return database.version() >= Schema.WITH_SUITE;
    }

    /**
     * Reads the run back.
     *
     * <p>Exhibits are, of each model at the middle radius (the lower of two), the {@code exhibits} points of the shortest and
     * of the longest verified full break inside the value range, by its norm and then audit order, shortest first. Points that
     * are not robust without any perturbation, and those without a verified break, have nothing to show and are left out. Of
     * each attack of the suite, they are the four points of most and the two of least damage, or as many as were asked for.
     *
     * @param exhibits points at each end a model, from 0
     */
    public synchronized RunResults results(int exhibits) {
        Map<String, String> names = new HashMap<>();
        models.forEach(card -> names.put(card.name(), card.name()));
        List<AuditRow> rows = database.query(Schema.ROWS, row -> auditRow(row, names));
        List<CurveRow> curves = database.query(
                Schema.CURVES,
                row -> new CurveRow(
                        name(names, row.getString(1)),
                        row.getInt(2),
                        new CurvePoint(
                                row.getDouble(3), row.getDouble(4), new Proportion(row.getLong(5), row.getLong(6)))));
        return new RunResults(
                plan,
                info(),
                models,
                rows,
                curves,
                exhibits == 0 ? List.of() : exhibits(exhibits, rows),
                withSuite() ? suite.attacks() : List.of(),
                withSuite() && exhibits > 0 ? suite.exhibits(exhibits) : List.of(),
                checks());
    }

    /** The reported breaks of one task with their images; memory for one task at a time. */
    public synchronized List<StoredBreak> breaks(AuditTask task) {
        Evidence evidence = evidence(task);
        return database.query(
                Schema.BREAKS,
                row -> {
                    int position = row.getInt(1);
                    double r = row.getDouble(3);
                    Kind kind = Words.kind(row.getString(4));
                    boolean boxed = row.getBoolean(5);
                    return new StoredBreak(
                            task,
                            position,
                            row.getInt(2),
                            r,
                            kind,
                            boxed,
                            row.getDouble(6),
                            new Proportion(row.getLong(8), row.getLong(7)),
                            evidence.input(position),
                            evidence.perturbed(Words.key(r, kind, boxed), position));
                },
                task.model(),
                task.first(),
                task.first() + task.count());
    }

    /** What the audit's own maximum-damage attack found in one task, with its images; none where the plan asked for none. */
    public synchronized List<StoredDamage> damages(AuditTask task) {
        Double radius = plan.attackRadius();
        if (radius == null || radius == 0) {
            return List.of();
        }
        Evidence evidence = evidence(task);
        return database.query(
                Schema.DAMAGES,
                row -> {
                    int position = row.getInt(1);
                    return new StoredDamage(
                            task,
                            position,
                            row.getInt(2),
                            row.getDouble(3),
                            row.getDouble(4),
                            row.getDouble(5),
                            evidence.input(position),
                            evidence.perturbed(Evidence.ATTACK, position));
                },
                task.model(),
                task.first(),
                task.first() + task.count());
    }

    /** What the attacks of the suite found in one task, with their images; memory for one task at a time. */
    public synchronized List<StoredAttack> attacks(AuditTask task) {
        return withSuite() ? suite.attacks(task) : List.of();
    }

    /**
     * All that the attacks of the suite found in one task, with every image; memory for one task at a time.
     *
     * @return in audit, suite, target and weight order; empty where the task has nothing of the kind
     */
    public synchronized List<AttackExhibit> attackExhibits(AuditTask task) {
        return withSuite() ? suite.exhibits(task) : List.of();
    }

    /**
     * What one attack of the suite did to one point, with every image: for whoever chooses points by a rule of their own.
     *
     * @param model name of the model
     * @param point index of the input within its split
     * @param attack name of the attack within the suite
     * @return one a target and weight, in their order; empty where the run has no such finding
     */
    public synchronized List<AttackExhibit> attackExhibits(String model, int point, String attack) {
        return withSuite() ? points.attacks(model, point, attack) : List.of();
    }

    /**
     * What the audit's own maximum-damage attack did to one point, with its images.
     *
     * @param model name of the model
     * @param point index of the input within its split
     * @return empty where the plan asked for no such attack, or the point is not audited
     */
    public synchronized Optional<DamageExhibit> damageExhibit(String model, int point) {
        return points.damage(model, point);
    }

    /**
     * The verified break of one point, with its images: of the full margin, inside the value range, as those of {@link #results}.
     *
     * @param model name of the model
     * @param point index of the input within its split
     * @param r a radius of the plan
     * @return empty where none was verified, or the point is not audited
     */
    public synchronized Optional<Exhibit> exhibit(String model, int point, double r) {
        Map<String, String> names = Map.of();
        return database.query(Schema.ROW, row -> auditRow(row, names), model, point, r).stream()
                .findFirst()
                .flatMap(points::exhibit);
    }

    /**
     * The verified break of one point of any kind, with the evidence that it was judged by.
     *
     * @param model name of the model
     * @param point index of the input within its split
     * @param r a radius of the plan
     * @param kind full or mean-only
     * @param boxed whether it was searched inside the value range
     * @return empty where none was verified, or the point is not audited
     */
    public synchronized Optional<StoredBreak> broken(String model, int point, double r, Kind kind, boolean boxed) {
        return points.broken(model, point, r, kind, boxed);
    }

    /** Upper bounds stored as verified that no stored break of their norm or less supports: none, unless rows were changed. */
    public synchronized List<Margin> withoutEvidence() {
        return database.query(Schema.WITHOUT_EVIDENCE, RunStore::margin);
    }

    /** Whether the run has such rows, be it none of them. */
    boolean has(RunExport.Table table) {
        return withSuite() || table == RunExport.Table.ROWS || table == RunExport.Table.BOUNDS;
    }

    /** Copies the answer to a query into a file. */
    synchronized void copy(String query, String options, Path file) throws SQLException {
        database.execute("COPY (" + query + ") TO '" + file.toString().replace("'", "''") + "' (" + options + ")");
    }

    @Override
    public synchronized void close() {
        try {
            database.close();
        } finally {
            claim.close();
        }
    }

    // Writing

    private static void makeFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new BadInputException(
                    "can't make run folder " + folder.getParent() + ": "
                            + (Files.exists(folder)
                                    ? "a file is in its place"
                                    : "it is not writable, or a file is in its place")
                            + "; choose another folder",
                    e);
        }
    }

    private static Path real(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            throw new BadInputException("can't read run folder " + folder + ": choose one that exists", e);
        }
    }

    private static void writePlan(Path file, AuditPlan plan) {
        byte[] bytes = bytes(PlanJson.configure(new YAMLMapper()), plan);
        AtomicFile.write(file, channel -> writeFully(channel, bytes));
    }

    static void writeFully(FileChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static byte[] bytes(ObjectMapper mapper, Object value) {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records of results can be written", e);
        }
    }

    private static String json(Object value) {
        try {
            return PlanJson.mapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records of results can be written", e);
        }
    }

    private static void insertHead(DuckDBConnection connection, Head head) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(Schema.CREATE);
            statement.execute(Schema.CREATE_VIEW);
        }
        addSuite(connection, head.plan);
        insert(
                connection,
                "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?::JSON, ?::JSON)",
                Schema.VERSION,
                head.info.id(),
                head.info.created(),
                head.info.version(),
                head.plan.data(),
                head.info.dataChecksum(),
                head.plan.split(),
                head.plan.alpha(),
                head.plan.seed(),
                json(head.plan),
                json(head.info));
        for (int i = 0; i < head.models.size(); i++) {
            ModelCard card = head.models.get(i);
            insert(
                    connection,
                    "INSERT INTO models VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?::JSON)",
                    i,
                    card.name(),
                    card.architecture(),
                    card.latent(),
                    card.likelihood(),
                    card.objective(),
                    card.beta(),
                    card.testElbo(),
                    card.activeUnits(),
                    json(card));
        }
        insertSession(connection, 0);
    }

    private static void addSuite(DuckDBConnection connection, AuditPlan plan) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(Schema.CREATE_ADDED);
            statement.execute(Schema.createAttackView(plan.r().values().size()));
        }
    }

    /** Makes a run of an older version one of this. */
    private static void raise(DuckDBConnection connection, AuditPlan plan) throws SQLException {
        addSuite(connection, plan);
        insert(connection, "UPDATE run SET schema_version = ?", Schema.VERSION);
    }

    private static void insertSession(DuckDBConnection connection, int session) throws SQLException {
        insert(connection, "INSERT INTO sessions VALUES (?, 0)", session);
    }

    private void updateSession(DuckDBConnection connection) throws SQLException {
        double seconds = (nanoTime.getAsLong() - opened) / NANOS_PER_SECOND;
        insert(connection, "UPDATE sessions SET seconds = ? WHERE session = ?", seconds, session);
    }

    private static void insert(DuckDBConnection connection, String sql, @Nullable Object... values)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    // Reading

    private static Head readHead(Path folder, Database database) {
        ObjectMapper mapper = PlanJson.mapper();
        String[] run = database.query(
                        "SELECT plan, info FROM run", row -> new String[] {row.getString(1), row.getString(2)})
                .get(0);
        List<String> cards = database.query("SELECT card FROM models ORDER BY ordinal", row -> row.getString(1));
        try {
            List<ModelCard> models = new ArrayList<>();
            for (String card : cards) {
                models.add(mapper.readValue(card, ModelCard.class));
            }
            Head head = new Head(
                    PlanJson.plan(mapper.readTree(run[0])),
                    mapper.readValue(run[1], RunInfo.class),
                    List.copyOf(models));
            if (!head.plan.r().resolved() || head.info.shape().size() != 3 || models.isEmpty()) {
                throw new IllegalArgumentException("want radii, a shape of three sides and a model");
            }
            return head;
        } catch (JsonProcessingException e) {
            throw damaged(folder, e.getOriginalMessage(), e);
        } catch (IllegalArgumentException e) {
            throw damaged(folder, String.valueOf(e.getMessage()), e);
        }
    }

    private static BadInputException damaged(Path folder, String why, Exception cause) {
        return new BadInputException(
                "run folder " + folder + ": the plan or models in " + Database.FILE + " are not readable ("
                        + why.lines().findFirst().orElse("no reason given")
                        + "): restore a copy of the folder, or audit again into a new one",
                cause);
    }

    private AuditRow auditRow(ResultSet row, Map<String, String> names) throws SQLException {
        return new AuditRow(
                name(names, row.getString("model")),
                plan.data(),
                plan.split(),
                row.getInt("point"),
                row.getInt("label"),
                row.getDouble("beta"),
                row.getDouble("r"),
                row.getLong("samples"),
                row.getDouble("alpha"),
                row.getDouble("p_clean"),
                row.getDouble("p_clean_lower"),
                Verdict.valueOf(row.getString("verdict_clean")),
                row.getDouble("r_min_low"),
                row.getDouble("r_min_high"),
                row.getDouble("min_std_dev"),
                row.getDouble("jacobian_frobenius"),
                row.getDouble("jacobian_spectral"),
                row.getDouble("jacobian_whitened"),
                nullable(row, "bound_frobenius"),
                nullable(row, "bound_spectral"),
                nullable(row, "bound_whitened"),
                nullable(row, "margin_upper"),
                nullable(row, "margin_upper_unboxed"),
                nullable(row, "margin_upper_mean_only"),
                nullable(row, "margin_upper_mean_only_unboxed"),
                row.getBoolean("margin_censored"),
                nullable(row, "attack_radius"),
                nullable(row, "damage"),
                nullable(row, "damage_mean_only"),
                nullable(row, "damage_variance_only"),
                nullable(row, "damage_clean"),
                nullable(row, "log_lik_clean"),
                nullable(row, "log_lik_attacked"),
                nullable(row, "degradation"),
                row.getLong("seed"));
    }

    /** The one copy of a model's name: a hundred thousand rows share it. */
    private static String name(Map<String, String> names, String name) {
        return names.getOrDefault(name, name);
    }

    private static @Nullable Double nullable(ResultSet row, String column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? null : value;
    }

    private static Margin margin(ResultSet row) throws SQLException {
        return new Margin(
                row.getString("model"),
                row.getInt("point"),
                row.getDouble("r"),
                row.getString("method"),
                Side.valueOf(row.getString("side").toUpperCase(Locale.ROOT)),
                Words.kind(row.getString("kind")),
                Norm.valueOf(row.getString("norm")),
                row.getBoolean("box"),
                Guarantee.valueOf(row.getString("guarantee")),
                row.getDouble("alpha"),
                row.getDouble("value"),
                row.getBoolean("censored"));
    }

    // Images

    /** A break to show: who, how long, and where its images are. */
    private record Shown(AuditTask task, int position, int point, double norm) {}

    private List<Exhibit> exhibits(int count, List<AuditRow> rows) {
        List<Double> radii = plan.r().values();
        double middle = radii.get((radii.size() - 1) / 2);
        List<Shown> shown = database.query(
                Schema.EXHIBITS,
                row -> new Shown(
                        new AuditTask(row.getString(1), row.getInt(5), row.getInt(6), row.getInt(7)),
                        row.getInt(2),
                        row.getInt(3),
                        row.getDouble(4)),
                middle,
                count,
                count);
        Map<String, AuditRow> byPoint = rows.stream()
                .filter(row -> row.r() == middle)
                .collect(Collectors.toMap(row -> row.point() + " " + row.model(), Function.identity()));
        Exhibit[] exhibits = new Exhibit[shown.size()];
        // One evidence file at a time, each read once.
        Map<AuditTask, List<Integer>> byTask = new HashMap<>();
        for (int i = 0; i < exhibits.length; i++) {
            byTask.computeIfAbsent(shown.get(i).task, key -> new ArrayList<>()).add(i);
        }
        byTask.forEach((task, places) -> {
            Evidence evidence = evidence(task);
            for (int place : places) {
                Shown each = shown.get(place);
                AuditRow row = byPoint.get(each.point + " " + task.model());
                if (row == null) {
                    throw damaged(folder, "no row for point " + each.point, new IllegalStateException());
                }
                exhibits[place] = points.exhibit(each.position, row, each.norm, evidence);
            }
        });
        return List.of(exhibits);
    }

    private Evidence evidence(AuditTask task) {
        int latent = models.stream()
                .filter(card -> card.name().equals(task.model()))
                .mapToInt(ModelCard::latent)
                .findFirst()
                .orElse(0);
        return Evidence.read(folder.resolve(evidenceFile(task)), plan, info, latent, task);
    }

    /** Named by model where that makes a file name on every system, else by the model's number. */
    private String evidenceFile(AuditTask task) {
        int number = 0;
        int alike = 0;
        for (int i = 0; i < models.size(); i++) {
            String name = models.get(i).name();
            number = name.equals(task.model()) ? i : number;
            alike += name.equalsIgnoreCase(task.model()) ? 1 : 0;
        }
        boolean plain = task.model().matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}") && alike == 1;
        return EVIDENCE_FOLDER + "/" + (plain ? task.model() : "@" + number) + "-" + task.chunk() + ".safetensors";
    }
}
