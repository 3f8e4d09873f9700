// One check per run: node client.js PROTO_DIRS SOCKET CHECK [AUTHORITY]. Prints what it saw as JSON.
'use strict';
const fs = require('fs');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');
const protobuf = require('protobufjs');

const [dirs, socket, check, authority] = process.argv.slice(2);
const includeDirs = dirs.split(':');
const definition = loader.loadSync(['vmfactory/v1/factory.proto', 'health.proto'], {
  includeDirs, keepCase: true, enums: String });
const types = new protobuf.Root();
types.resolvePath = (origin, name) =>
  includeDirs.map(dir => dir + '/' + name).find(file => fs.existsSync(file)) || name;
types.loadSync(['google/rpc/status.proto', 'google/rpc/error_details.proto'], { keepCase: true });
const loaded = grpc.loadPackageDefinition(definition);
const options = authority ? { 'grpc.default_authority': authority } : {};
const target = 'unix:' + socket;
const factory = new loaded.vmfactory.v1.Factory(target, grpc.credentials.createInsecure(), options);
const health = new loaded.grpc.health.v1.Health(target, grpc.credentials.createInsecure(), options);

function print(value) {
  console.log(JSON.stringify(value));
  factory.close();
  health.close();
}

function decode(type, bytes) {
  return types.lookupType(type).decode(bytes);
}

function failure(error) {
  const seen = { code: error.code, message: error.details, details: [] };
  for (const bytes of error.metadata.get('grpc-status-details-bin')) {
    const status = decode('google.rpc.Status', bytes);
    seen.details = status.details
      .map(any => decode(any.type_url.split('/')[1], any.value))
      .map(detail => detail.reason || 'retry after ' + detail.retry_delay.seconds);
  }
  return seen;
}

const checks = {
  unary() {
    factory.GetVm({ owner: 'js' }, (error, reply) => print(error ? failure(error) : { id: reply.vm.id }));
  },
  error() {
    factory.GetVm({ owner: 'js' }, error => print(failure(error)));
  },
  deadline() {
    factory.GetVm({}, { deadline: Date.now() + 300 }, error => print({ code: error.code }));
  },
  stream() {
    const steps = [];
    const call = factory.CreateTemplate({});
    call.on('data', progress => steps.push(progress.step || ''));
    call.on('error', error => print(failure(error)));
    call.on('end', () => print({ steps }));
  },
  health() {
    health.Check({ service: 'vmfactory.v1.Factory' }, (error, reply) => print(error ? failure(error) : reply));
  },
};
checks[check]();
