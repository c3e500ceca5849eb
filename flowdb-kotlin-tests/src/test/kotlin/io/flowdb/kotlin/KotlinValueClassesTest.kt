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
import org.springframework.dao.InvalidDataAccessApiUsageException
import org.springframework.data.domain.Range
import org.springframework.data.mapping.MappingException
import org.springframework.data.repository.findByIdOrNull
import tools.jackson.databind.json.JsonMapper
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

@JvmInline
value class OrderId(
    val value: String,
)

@JvmInline
value class Price(
    val cents: Int,
) {
    init {
        require(cents >= 0) { "negative" }
    }
}

@JvmInline
value class Tags(
    val list: List<String>,
)

sealed interface Contact

@JvmInline
value class Email(
    val address: String,
) : Contact

data class Phone(
    val number: String,
) : Contact

@ObjectStore("orders")
data class Order(
    @Id val id: OrderId,
    @Indexed val price: Price = Price(1),
    val discount: Price? = null,
    val former: List<Price> = emptyList(),
    val tags: Tags = Tags(emptyList()),
    val contact: Contact? = null,
    val wait: Duration = 1.seconds,
    val mostWait: Duration? = null,
    val waits: List<Duration> = emptyList(),
    val anything: Any? = null,
)

data class OrderView(
    val price: Price,
    val discount: Price? = Price(99),
)

interface Orders : FlowDbRepository<Order, OrderId> {
    fun findByPrice(price: Price): List<OrderView>

    fun findByPriceIn(prices: Collection<Price>): List<Order>

    fun findByPriceBetween(range: Range<Price>): List<Order>

    fun findByDiscount(discount: Price?): List<Order>

    fun findByFormerContaining(price: Price): List<Order>
}

/** Value classes as ids, in queries, projections and updates; where Kotlin keeps the value within, and where an instance. */
class KotlinValueClassesTest {
    private val db = JsonDB.on(Engine.open(Config.builder().inMemory(true).build()))
    private val template = template()
    private val orders = FlowDbRepositoryFactory(template).getRepository(Orders::class.java)
    private val first = Order(OrderId("1"), Price(5), Price(2), listOf(Price(7)), Tags(listOf("a")), Email("x"))
    private val second = Order(OrderId("2"), Price(6), contact = Phone("1"), mostWait = 2.seconds, waits = listOf(3.seconds))

    private fun template(): FlowDbTemplate {
        val context = FlowDbMappingContext()
        context.setInitialEntitySet(setOf(Order::class.java))
        context.afterPropertiesSet()
        val converter = MappingFlowDbConverter(context)
        db.applySchemas(StoreSchemas(converter).of(listOf(Order::class.java)), SchemaMode.UPDATE)
        return FlowDbTemplate(db, converter)
    }

    @AfterEach
    fun close() = db.close()

    /** Was an object where Kotlin keeps an instance; the text of a nullable duration could not be saved. */
    @Test
    fun save_everywhere_isTheValueWithin() {
        assertThat(orders.saveAll(listOf(first, second))).containsExactly(first, second)

        assertThat(orders.findAll()).containsExactly(first, second)
        assertThat(db.get("orders", "1").toString())
            .contains(""""id":"1","price":5,"discount":2,"former":[7],"tags":["a"],"contact":{"address":"x","_class":""")
        val durations = orders.save(Order(OrderId("3"), wait = 2.seconds, mostWait = 2.seconds)).id.value
        val document = db.get("orders", durations)!!
        assertThat(document.get("mostWait")).isEqualTo(document.get("wait"))
    }

    @Test
    fun read_valueThatTheClassRefuses_isRefused() {
        db.put("orders", JsonMapper.shared().readTree("""{"id": "1", "discount": -1}"""))
        assertThatThrownBy { orders.findAll() }.isInstanceOf(MappingException::class.java).hasMessageContaining("negative")
    }

    /** Failed: the id was a text, and could not be compared with an OrderId. */
    @Test
    fun ids_ofAValueClass_findWhatTheyAreOf() {
        orders.saveAll(listOf(first, second))

        assertThat(orders.findByIdOrNull(OrderId("1"))).isEqualTo(first)
        assertThat(orders.existsById(OrderId("3"))).isFalse()
        assertThat(orders.findAllById(listOf(OrderId("2"), OrderId("1")))).containsExactlyInAnyOrder(first, second)
        orders.deleteById(OrderId("1"))
        orders.deleteAllById(listOf(OrderId("2")))
        assertThat(orders.count()).isZero()
    }

    @Test
    fun queries_takeInstancesAndTheValuesWithin() {
        orders.saveAll(listOf(first, second))
        val query = template.query(Order::class.java)

        for (price in listOf(Price(5), 5, 5L)) {
            assertThat(query.matching { it.eq("price", price) }.all()).containsExactly(first)
        }
        for (discount in listOf(Price(2), 2)) {
            assertThat(query.matching { it.eq("discount", discount) }.all()).containsExactly(first)
            assertThat(query.matching { it.ge("discount", discount) }.all()).containsExactly(first)
        }
        assertThat(query.matching { it.contains("former", Price(7), false) }.all()).containsExactly(first)
        assertThat(query.matching { it.eq("former", listOf(Price(7))) }.all()).containsExactly(first)
        assertThat(query.matching { it.eq("tags", Tags(listOf("a"))) }.all()).containsExactly(first)
        assertThat(query.matching { it.eq("mostWait", 2.seconds) }.all()).containsExactly(second)
        assertThat(query.matching { it.eq("wait", 1.seconds) }.all()).containsExactly(first, second)
        assertThatThrownBy { query.matching { it.eq("price", OrderId("5")) }.all() }
            .isInstanceOf(InvalidDataAccessApiUsageException::class.java)
    }

    @Test
    fun methods_takeValueClasses() {
        orders.saveAll(listOf(first, second))

        assertThat(orders.findByPriceIn(listOf(Price(5), Price(6)))).containsExactly(first, second)
        assertThat(orders.findByPriceBetween(Range.closed(Price(1), Price(5)))).containsExactly(first)
        assertThat(orders.findByDiscount(Price(2))).containsExactly(first)
        assertThat(orders.findByDiscount(null)).containsExactly(second)
        assertThat(orders.findByFormerContaining(Price(7))).containsExactly(first)
    }

    /** Was refused for a property 'null', the marker that the compiler adds to the constructor. */
    @Test
    fun projection_withValueClasses_hasThem() {
        orders.saveAll(listOf(first, second))

        assertThat(orders.findByPrice(Price(5))).containsExactly(OrderView(Price(5), Price(2)))
        assertThat(orders.findByPrice(Price(6))).containsExactly(OrderView(Price(6), null))
    }

    @Test
    fun update_takesInstances() {
        orders.save(first)
        template
            .update(Order::class.java)
            .set("price", Price(8))
            .set("discount", Price(9))
            .all()

        assertThat(orders.findAll()).containsExactly(first.copy(price = Price(8), discount = Price(9)))
    }

    @Test
    fun save_oneOfKotlinWhereAnyIsDeclared_isRefused() {
        assertThatThrownBy { orders.save(first.copy(anything = 1.seconds)) }
            .isInstanceOf(InvalidDataAccessApiUsageException::class.java)
            .hasMessageContaining("kotlin.time.Duration")
        val priced = first.copy(anything = Price(4))
        orders.save(priced)
        assertThat(orders.findAll()).containsExactly(priced)
    }
}
