package io.flowdb.kotlin

import io.flowdb.Config
import io.flowdb.Engine
import io.flowdb.annotation.Id
import io.flowdb.annotation.ObjectStore
import io.flowdb.data.convert.MappingFlowDbConverter
import io.flowdb.data.core.FlowDbTemplate
import io.flowdb.data.core.StoreSchemas
import io.flowdb.data.mapping.FlowDbMappingContext
import io.flowdb.data.repository.FlowDbRepository
import io.flowdb.data.repository.support.FlowDbRepositoryFactory
import io.flowdb.json.JsonDB
import io.flowdb.json.SchemaMode
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.springframework.data.annotation.Version
import org.springframework.data.repository.query.QueryCreationException
import tools.jackson.databind.json.JsonMapper
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

@JvmInline
value class Mail(
    val text: String,
)

@JvmInline
value class Cents(
    val amount: Long,
)

@ObjectStore("customers")
data class Customer(
    @Id val id: String?,
    val mail: Mail,
    val balance: Cents,
    val limit: Cents?,
    val second: Mail? = null,
    val visits: UInt = 3u,
    val others: List<Mail> = emptyList(),
    val first: Mail = Mail("first@example.org"),
    val patience: Duration = 3.seconds,
    @Version val version: Long? = null,
)

sealed class Shape {
    data class Circle(
        val radius: Int,
    ) : Shape()

    data object Point : Shape()

    object Nothing : Shape() {
        val area = 0
        var seen = 0
    }

    data class Group(
        val parts: List<Shape>,
    ) : Shape()
}

@ObjectStore("drawings")
data class Drawing(
    @Id val id: String?,
    val shape: Shape,
    val other: Shape = Shape.Nothing,
)

/** Types of Kotlin alone as values of entities, and methods of repositories that Kotlin alone has. */
class KotlinTypesTest {
    private val db = JsonDB.on(Engine.open(Config.builder().inMemory(true).build()))
    private val template = template(db, Customer::class.java, Drawing::class.java)

    private fun template(
        db: JsonDB,
        vararg types: Class<*>,
    ): FlowDbTemplate {
        val context = FlowDbMappingContext()
        context.setInitialEntitySet(setOf(*types))
        context.afterPropertiesSet()
        val converter = MappingFlowDbConverter(context)
        db.applySchemas(StoreSchemas(converter).of(listOf(*types)), SchemaMode.UPDATE)
        return FlowDbTemplate(db, converter)
    }

    @AfterEach
    fun close() = db.close()

    interface Suspending : FlowDbRepository<Customer, String> {
        suspend fun findByVisits(visits: Int): Customer?
    }

    interface Sequences : FlowDbRepository<Customer, String> {
        fun findByVisits(visits: Int): Sequence<Customer>
    }

    /** The continuation was taken for a parameter, or the first call failed. */
    @Test
    fun method_thatSuspendsOrReturnsASequence_isRefusedAtTheStart() {
        assertThatThrownBy { FlowDbRepositoryFactory(template).getRepository(Suspending::class.java) }
            .isInstanceOf(QueryCreationException::class.java)
            .hasStackTraceContaining("Suspending.findByVisits")
            .hasMessageContaining("suspending methods are not supported")
        assertThatThrownBy { FlowDbRepositoryFactory(template).getRepository(Sequences::class.java) }
            .isInstanceOf(QueryCreationException::class.java)
            .hasStackTraceContaining("Sequences.findByVisits")
            .hasMessageContaining("cannot return a kotlin.sequences.Sequence")
    }

    /** The instance of an object was another one when it was read: no `when` recognized it. */
    @Test
    fun read_object_isTheOneInstance() {
        val shape = Shape.Group(listOf(Shape.Circle(1), Shape.Point, Shape.Nothing))
        val stored = template.save(Drawing(null, shape))

        val read = template.findById(stored.id!!, Drawing::class.java)!!
        assertThat(read).isEqualTo(stored)
        assertThat(read.other).isSameAs(Shape.Nothing)
        assertThat((read.shape as Shape.Group).parts[1]).isSameAs(Shape.Point)
    }

    /** Were refused with the advice to compile with `-parameters`. */
    @Test
    fun save_valueClasses_areReadBack() {
        val all = Customer(null, Mail("a@example.org"), Cents(5), Cents(7), Mail("b"), 4u, listOf(Mail("c")), Mail("d"), 1.seconds)
        val few = Customer("2", Mail("a@example.org"), Cents(0), null)
        val stored = template.saveAll(listOf(all, few))

        assertThat(stored[0]).isEqualTo(all.copy(id = stored[0].id, version = 1))
        assertThat(template.findById(stored[0].id!!, Customer::class.java)).isEqualTo(stored[0])
        assertThat(template.findById("2", Customer::class.java)).isEqualTo(few.copy(version = 1))
        assertThat(db.get("customers", stored[0].id!!).toString())
            .contains(""""mail":"a@example.org","balance":5,"limit":7,"second":"b","visits":4,"others":["c"]""")
        val changed = template.save(stored[0].copy(mail = Mail("z@example.org"), limit = null))
        assertThat(template.query(Customer::class.java).matching { it.eq("mail", "z@example.org") }.all()).containsExactly(changed)
    }

    @Test
    fun read_valueClassesThatAreAbsent_takeTheDefaultsOfTheClass() {
        db.put("customers", JsonMapper.shared().readTree("""{"id": "c", "mail": "c@example.org", "balance": 1}"""))

        assertThat(template.findById("c", Customer::class.java)).isEqualTo(Customer("c", Mail("c@example.org"), Cents(1), null))
    }
}
