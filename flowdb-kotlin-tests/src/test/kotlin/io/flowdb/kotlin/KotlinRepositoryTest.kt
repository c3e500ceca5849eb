package io.flowdb.kotlin

import io.flowdb.Config
import io.flowdb.Engine
import io.flowdb.annotation.Id
import io.flowdb.annotation.Indexed
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
import org.springframework.dao.DuplicateKeyException
import org.springframework.dao.EmptyResultDataAccessException
import org.springframework.dao.IncorrectResultSizeDataAccessException
import org.springframework.dao.OptimisticLockingFailureException
import org.springframework.data.annotation.Version
import org.springframework.data.domain.ScrollPosition
import org.springframework.data.domain.Window
import org.springframework.data.repository.findByIdOrNull
import tools.jackson.databind.json.JsonMapper
import java.time.Instant

enum class Plan { FREE, PAID }

data class Address(val city: String, val zip: String?)

@ObjectStore("people")
data class Person(
    @Id val id: String?,
    @Indexed(unique = true) val email: String,
    @Indexed val plan: Plan = Plan.FREE,
    val nick: String? = null,
    val visits: Int = 1,
    val address: Address? = null,
    val joined: Instant = Instant.EPOCH,
    @Version val version: Long? = null,
)

interface People : FlowDbRepository<Person, String> {
    fun findByEmail(email: String): Person?

    fun getByNick(nick: String): Person

    fun findByPlanOrderByVisitsDesc(plan: Plan): List<Person>

    fun findByAddressCity(city: String): Person?

    fun findFirst2ByOrderByVisitsAsc(position: ScrollPosition): Window<Person>
}

/** Data classes as entities: defaults, nullable properties, copies with id and version; and what a nullable result of a repository means. */
class KotlinRepositoryTest {
    private val db = JsonDB.on(Engine.open(Config.builder().inMemory(true).build()))
    private val template = template(db)
    private val people: People = FlowDbRepositoryFactory(template).getRepository(People::class.java)

    private fun template(db: JsonDB): FlowDbTemplate {
        val context = FlowDbMappingContext()
        context.setInitialEntitySet(setOf(Person::class.java))
        context.afterPropertiesSet()
        val converter = MappingFlowDbConverter(context)
        db.applySchemas(StoreSchemas(converter).of(listOf(Person::class.java)), SchemaMode.UPDATE)
        return FlowDbTemplate(db, converter)
    }

    @AfterEach
    fun close() = db.close()

    @Test
    fun save_dataClass_returnsACopyWithIdAndVersion() {
        val given = Person(null, "ada@example.org", Plan.PAID, address = Address("London", null))
        val stored = people.save(given)

        assertThat(given.id).isNull()
        assertThat(stored).isEqualTo(given.copy(id = stored.id, version = 1))
        assertThat(people.findByIdOrNull(stored.id!!)).isEqualTo(stored)
        val again = people.save(stored.copy(visits = 2))
        assertThat(again.version).isEqualTo(2)
        assertThatThrownBy { people.save(stored.copy(visits = 3)) }
            .isInstanceOf(OptimisticLockingFailureException::class.java)
    }

    /** Annotations of constructor properties went to the parameter alone: the indexes were never made. */
    @Test
    fun annotations_ofConstructorProperties_makeIndexes() {
        assertThat(db.getStore("people").indexes().map { it.name() }).containsExactlyInAnyOrder("by_email", "by_plan")
        people.save(Person("1", "taken"))
        assertThatThrownBy { people.save(Person("2", "taken")) }.isInstanceOf(DuplicateKeyException::class.java)
    }

    @Test
    fun read_documentWithoutFields_takesTheDefaultsOfTheClass() {
        db.put("people", JsonMapper.shared().readTree("""{"id": "p", "email": "p@example.org"}"""))

        assertThat(people.findByIdOrNull("p")).isEqualTo(Person("p", "p@example.org"))
    }

    @Test
    fun find_nobody_isNullOrAnErrorAsTheTypeSays() {
        assertThat(people.findByEmail("nobody@example.org")).isNull()
        assertThatThrownBy { people.getByNick("nobody") }.isInstanceOf(EmptyResultDataAccessException::class.java)
        assertThat(people.findByIdOrNull("nobody")).isNull()
    }

    @Test
    fun find_nullForAParameterThatIsNone_isRefused() {
        assertThatThrownBy { People::class.java.getMethod("findByEmail", String::class.java).invoke(people, null) }
            .hasCauseInstanceOf(IllegalArgumentException::class.java)
    }

    @Test
    fun find_several_ofANullableResult_isAnError() {
        people.saveAll(listOf(Person("1", "a", nick = "x"), Person("2", "b", nick = "x")))
        assertThatThrownBy { people.getByNick("x") }
            .isInstanceOf(IncorrectResultSizeDataAccessException::class.java)
    }

    @Test
    fun queries_byEnumNestedPropertyAndWindow_work() {
        val stored =
            people.saveAll(
                (1..5).map { Person("$it", "p$it", if (it % 2 == 0) Plan.PAID else Plan.FREE, visits = it, address = Address("C$it", "$it")) },
            )
        assertThat(people.findByPlanOrderByVisitsDesc(Plan.FREE)).containsExactly(stored[4], stored[2], stored[0])
        assertThat(people.findByAddressCity("C4")).isEqualTo(stored[3])
        val seen = mutableListOf<Person>()
        var position: ScrollPosition = ScrollPosition.keyset()
        do {
            val window = people.findFirst2ByOrderByVisitsAsc(position)
            seen += window
            if (!window.isEmpty) position = window.positionAt(window.size() - 1)
        } while (window.hasNext())
        assertThat(seen).isEqualTo(stored)
    }
}
