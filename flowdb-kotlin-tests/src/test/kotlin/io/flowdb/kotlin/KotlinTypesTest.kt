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
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.springframework.data.repository.query.QueryCreationException

@ObjectStore("customers")
data class Customer(
    @Id val id: String?,
    val visits: Int = 1,
)

/** Methods of repositories that Kotlin alone has. */
class KotlinTypesTest {
    private val db = JsonDB.on(Engine.open(Config.builder().inMemory(true).build()))
    private val template = template(db, Customer::class.java)

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
}
