package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.barnabas.testkit.process.BarnabasProcess;
import io.barnabas.testkit.process.Broker;
import io.barnabas.testkit.process.KafkaPeer;
import io.barnabas.testkit.process.Ports;
import java.util.List;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;

/** What Apache Kafka guarded is not served to everybody. */
class GuardedDirectoryTest {
    private static final String AUTHORIZER = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";

    private interface Guard {
        void put(Broker broker) throws Exception;
    }

    @Test
    void aDirectoryWithAccessControlIsRefused() throws Exception {
        var kafka = KafkaPeer.with().setting("authorizer.class.name", AUTHORIZER).setting("super.users", "User:ANONYMOUS");
        assertRefused("1 ACLs", kafka, broker -> {
            try (var admin = Clients.admin(broker)) {
                var entry = new AccessControlEntry("User:alice", "*", AclOperation.READ, AclPermissionType.ALLOW);
                admin.createAcls(List.of(new AclBinding(new ResourcePattern(ResourceType.TOPIC, "t", PatternType.LITERAL), entry))).all().get();
            }
        });
    }

    @Test
    void aDirectoryWithUsersIsRefused() throws Exception {
        assertRefused("1 SCRAM credentials", KafkaPeer.with(), broker -> {
            try (var admin = Clients.admin(broker)) {
                var credential = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096);
                admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion("alice", credential, "secret"))).all().get();
            }
        });
    }

    @Test
    void aDirectoryOfABrokerThatAuthenticatesIsRefused() throws Exception {
        var kafka = KafkaPeer.with().listener("SASL_PLAINTEXT", Ports.free())
                .setting("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT")
                .setting("sasl.enabled.mechanisms", "PLAIN")
                .setting("listener.name.sasl_plaintext.plain.sasl.jaas.config",
                        "org.apache.kafka.common.security.plain.PlainLoginModule required user_alice=\"secret\";");
        assertRefused("listener SASL_PLAINTEXT of broker 1", kafka, broker -> {});
    }

    private static void assertRefused(String found, KafkaPeer.Setup kafka, Guard guard) throws Exception {
        try (var broker = kafka.start()) {
            guard.put(broker);
            broker.process().terminate();
            try (var ours = BarnabasProcess.with().data(broker.dataDirectory()).launch()) {
                assertEquals(1, ours.process().awaitEnd(), ours.process()::output);
                assertTrue(ours.process().output().contains(found), ours.process()::output);
            }
        }
        // Apache Kafka goes on with it.
        kafka.start().close();
    }
}
