// Code generated from sdk/src by go generate. DO NOT EDIT.
function createArkor(input){const manifest={_kind:"arkor",trainer:input.trainer};return Object.freeze(input.eval===void 0?
manifest:{...manifest,eval:input.eval})}function isArkor(value){return typeof value==="object"&&value!==null&&"_kind"in value&&
value._kind==="arkor"}import{isAbsolute}from"node:path";var ArkorError=class extends Error{constructor(message,options={}){super(message,options.cause===void 0?void 0:{cause:options.
cause});if(options.hint!==void 0)this.hint=options.hint}};var CloudApiError=class extends ArkorError{static{this.prototype.
name="CloudApiError"}code;status;constructor(status,message,options={}){super(message,options);this.status=status;this.code=
options.code??codeOfStatus(status);if(options.retryAfterMs!==void 0)this.retryAfterMs=options.retryAfterMs}};function codeOfStatus(status){
const known={400:"invalid_request",401:"unauthorized",403:"forbidden",404:"not_found",409:"conflict",410:"gone",413:"too\
_large",426:"upgrade_required",429:"rate_limited"};return known[status]??(status>=500&&status<=599?"server_error":`http_${status}`)}
var ResponseShapeError=class extends ArkorError{static{this.prototype.name="ResponseShapeError"}code="unexpected_respons\
e"};var UnsupportedModelError=class extends ArkorError{static{this.prototype.name="UnsupportedModelError"}code="unsuppor\
ted_model"};var DatasetError=class extends ArkorError{static{this.prototype.name="DatasetError"}code;constructor(code,message,options){
super(message,options);this.code=code}};var AuthError=class extends ArkorError{static{this.prototype.name="AuthError"}code;constructor(code,message,options){
super(message,options);this.code=code}};var AnonymousTokenRejectedError=class extends ArkorError{static{this.prototype.name=
"AnonymousTokenRejectedError"}code="anonymous_rejected";status;constructor(status,message,options){super(message,options);
this.status=status}};var ProjectStateMismatchError=class extends ArkorError{static{this.prototype.name="ProjectStateMism\
atchError"}code="project_state_mismatch"};var ProjectStateMissingError=class extends ArkorError{static{this.prototype.name=
"ProjectStateMissingError"}code="project_state_missing"};var StreamError=class extends ArkorError{static{this.prototype.
name="StreamError"}code="stream_failed"};var EntryError=class extends ArkorError{static{this.prototype.name="EntryError"}code;constructor(code,message,options){
super(message,options);this.code=code}};function parseJson(text){try{return JSON.parse(text)}catch{return void 0}}function asRecord(value){if(typeof value!=="ob\
ject"||value===null||Array.isArray(value))return void 0;return value}function asString(value){return typeof value==="str\
ing"?value:void 0}function numberOrNull(value){return typeof value==="number"&&Number.isFinite(value)?value:null}var ShapeProblem=class extends Error{constructor(field,problem){super(`${field} ${problem}`)}};function partOf(name,value){
const fields=asRecord(value);if(fields===void 0)throw new ShapeProblem(name,"is not an object");return{name,fields}}function textOf(part,key){
const value=part.fields[key];if(typeof value!=="string")throw new ShapeProblem(`${part.name}.${key}`,"is not a string");
return value}function timeOrNull(part,key){const value=part.fields[key];if(value===void 0||value===null)return null;return value instanceof
Date?value.toISOString():textOf(part,key)}function timeOf(part,key){return timeOrNull(part,key)??textOf(part,key)}function flagOf(part,key){
const value=part.fields[key];if(typeof value!=="boolean")throw new ShapeProblem(`${part.name}.${key}`,"is neither true n\
or false");return value}var SUPPORTED_MODELS=Object.freeze(["unsloth/gemma-4-E4B-it"]);function checkModelName(model){if(typeof model==="string"&&
model.trim()!=="")return;throw new UnsupportedModelError("The trainer has no base model: `model` must be a non-empty str\
ing.",{hint:'arkor/tiny trains everywhere the local backend runs: model: "arkor/tiny"'})}function checkModelOffered(model,offer){
if(offer===void 0){if(SUPPORTED_MODELS.includes(model))return;throw new UnsupportedModelError(`Unsupported model "${model}\
". This arkor release supports: ${SUPPORTED_MODELS.join(", ")}. If the backend already accepts this model, upgrade arkor\
 or submit through CloudApiClient.createJob.`)}if(isAbsolute(model))return;const trainable=offer.models.filter(m=>m.capabilities.
train).map(m=>m.id);if(trainable.includes(model))return;const listed=offer.models.some(m=>m.id===model);const list=trainable.
length>0?`It trains: ${trainable.join(", ")}.`:"It trains no model at all.";throw new UnsupportedModelError(listed?`Mode\
l "${model}" cannot be trained on this backend. ${list}`:`Unsupported model "${model}": this backend does not offer it. ${list}`,
{hint:looksLikePath(model)?pathHint:choiceHint})}var choiceHint="change `model` in the trainer to one of them; on your o\
wn machine, `arkor backend pull owner/name` brings one of the hub";var pathHint="name a model folder on the backend's ma\
chine by its absolute path";function looksLikePath(model){return/^(\.{1,2}|~)[\\/]/.test(model)}function parseModels(body){
const{models,limits,datasetTypes}=body;if(!Array.isArray(models))throw new ShapeProblem("models","is not a list");return{
models:models.map((value,index)=>{const model=asRecord(value);const id=asString(model?.["id"]);if(id===void 0)throw new ShapeProblem(
`models[${index}].id`,"is not a string");const can=asRecord(model?.["capabilities"]);return{...model,id,displayName:asString(
model?.["displayName"])??id,capabilities:{...can,train:can?.["train"]===true,infer:can?.["infer"]===true}}}),limits:{maxDatasetBytes:numberOrNull(
asRecord(limits)?.["maxDatasetBytes"])},datasetTypes:Array.isArray(datasetTypes)?datasetTypes.filter(type=>typeof type===
"string"):void 0}}import{randomUUID as randomUUID3}from"node:crypto";import process7 from"node:process";function inferBody(args,model){return{messages:args.messages,...typeof model==="string"?{baseModel:model}:{adapter:model},
temperature:args.temperature,topP:args.topP,maxTokens:args.maxTokens,stream:args.stream??true,tools:args.tools,toolChoice:args.
toolChoice,responseFormat:args.responseFormat,structuredOutputs:args.structuredOutputs}}function parseDeployment(value){const deployment=partOf("deployment",value);const{fields}=deployment;const{authMode,customDomain,
runRetentionMode,runRetentionDays}=fields;if(authMode!=="none"&&authMode!=="fixed_api_key"){throw new ShapeProblem("depl\
oyment.authMode","is neither none nor fixed_api_key")}if(fields["urlFormat"]!=="openai_compat"){throw new ShapeProblem("\
deployment.urlFormat","is not openai_compat")}if(customDomain!==null&&typeof customDomain!=="string"){throw new ShapeProblem(
"deployment.customDomain","is neither a string nor null")}if(runRetentionMode!==void 0&&typeof runRetentionMode!=="strin\
g"){throw new ShapeProblem("deployment.runRetentionMode","is not a string")}if(runRetentionDays!==void 0&&typeof runRetentionDays!==
"number"){throw new ShapeProblem("deployment.runRetentionDays","is not a number")}return{...fields,id:textOf(deployment,
"id"),slug:textOf(deployment,"slug"),orgId:textOf(deployment,"orgId"),projectId:textOf(deployment,"projectId"),target:parseTarget(
fields["target"]),authMode,urlFormat:"openai_compat",enabled:flagOf(deployment,"enabled"),customDomain,createdAt:timeOf(
deployment,"createdAt"),updatedAt:timeOf(deployment,"updatedAt")}}function parseDeployments(value){if(!Array.isArray(value))
throw new ShapeProblem("deployments","is not a list");return value.map(parseDeployment)}function parseTarget(value){const target=partOf(
"deployment.target",value);if(target.fields["kind"]==="base_model"){return{...target.fields,kind:"base_model",baseModel:textOf(
target,"baseModel")}}if(target.fields["kind"]!=="adapter"){throw new ShapeProblem("deployment.target.kind","is neither a\
dapter nor base_model")}const adapter=partOf("deployment.target.adapter",target.fields["adapter"]);const{kind,step}=adapter.
fields;const jobId=textOf(adapter,"jobId");if(kind==="final"){return{...target.fields,kind:"adapter",adapter:{...adapter.
fields,kind,jobId}}}if(kind!=="checkpoint")throw new ShapeProblem(`${adapter.name}.kind`,"is neither final nor checkpoin\
t");if(typeof step!=="number")throw new ShapeProblem(`${adapter.name}.step`,"is not a number");return{...target.fields,kind:"\
adapter",adapter:{...adapter.fields,kind,jobId,step}}}function parseDeploymentKeys(value){if(!Array.isArray(value))throw new ShapeProblem(
"keys","is not a list");return value.map(item=>{const key=partOf("key",item);const{plaintext:_,...fields}=key.fields;return{
...fields,id:textOf(key,"id"),label:textOf(key,"label"),prefix:textOf(key,"prefix"),enabled:flagOf(key,"enabled"),createdAt:timeOf(
key,"createdAt"),lastUsedAt:timeOrNull(key,"lastUsedAt")}})}function parseNewDeploymentKey(value){const key=partOf("key",
value);return{...key.fields,id:textOf(key,"id"),label:textOf(key,"label"),plaintext:textOf(key,"plaintext"),prefix:textOf(
key,"prefix"),createdAt:timeOf(key,"createdAt")}}var statuses=["queued","running","completed","failed","cancelled"];function isJobStatus(value){return typeof value==="st\
ring"&&statuses.includes(value)}function isFinal(status){return status==="completed"||status==="failed"||status==="cance\
lled"}var passedOn=["maxSteps","numTrainEpochs","learningRate","batchSize","optim","lrSchedulerType","weightDecay","warm\
upSteps","loggingSteps","saveSteps","evalSteps","trainOnResponsesOnly","datasetFormat","datasetSplit","dryRun","webhook",
"loadBestModelAtEnd","earlyStoppingPatience","earlyStoppingThreshold"];function openJobConfig(input){const config={model:input.
model};const set=(key,value)=>{if(value!==void 0)config[key]=value};set("loraR",input.lora?.r);set("loraAlpha",input.lora?.
alpha);set("maxLength",input.lora?.maxLength);set("loadIn4bit",input.lora?.loadIn4bit);for(const key of passedOn)set(key,
input[key]);return config}function parseJob(value){const job=partOf("job",value);const{fields}=job;const{status,error}=fields;
if(!isJobStatus(status))throw new ShapeProblem("job.status",`is none of ${statuses.join(", ")}`);if(error!==void 0&&error!==
null&&typeof error!=="string"){throw new ShapeProblem("job.error","is neither a string nor null")}const config=asRecord(
fields["config"]);if(typeof config?.["model"]!=="string"){throw new ShapeProblem("job.config.model","is not a string")}return{
...fields,id:textOf(job,"id"),orgId:textOf(job,"orgId"),projectId:textOf(job,"projectId"),name:textOf(job,"name"),status,
config,createdAt:timeOf(job,"createdAt"),startedAt:timeOrNull(job,"startedAt"),completedAt:timeOrNull(job,"completedAt")}}function isNotOffered(error){if(!(error instanceof CloudApiError))return false;return error.status===405||error.status===
404&&error.code===codeOfStatus(404)}async function ifOffered(answer){try{return await answer}catch(error){if(isNotOffered(
error))return void 0;throw error}}function parsePreview(body){if(body["preview"]===null){return{unavailable:asString(body["unavailable"])??"the backend gi\
ves no reason"}}const preview2=asRecord(body["preview"]);if(preview2===void 0)throw new ShapeProblem("preview","is not a\
n object");const problems=key=>{const list=preview2[key];if(!Array.isArray(list))throw new ShapeProblem(`preview.${key}`,
"is not a list");return list.map((value,index)=>parseProblem(value,`preview.${key}[${index}]`))};return{preview:{...preview2,
refusals:problems("refusals"),warnings:problems("warnings")}}}function parseProblem(value,where){const problem=asRecord(
value);const message=asString(problem?.["message"]);if(message===void 0)throw new ShapeProblem(`${where}.message`,"is no\
t a string");return{code:asString(problem?.["code"])??"",set:asString(problem?.["set"])??"",file:asString(problem?.["fil\
e"])??"",line:numberOrNull(problem?.["line"])??0,message,hint:asString(problem?.["hint"])??""}}async function askForPreview(client,scope,config,files,signal){
const answer=await client.previewJob({...scope,config},{signal});if(answer===void 0)return{unavailable:"this backend mak\
es no previews"};if(answer.preview===void 0||files===void 0)return answer;return{preview:rename(answer.preview,files)}}function rename(preview2,{
train,held}){const names={train:train.name,heldOut:(held??train).name};const named=(value,set)=>{const name=typeof set===
"string"&&Object.hasOwn(names,set)?names[set]:void 0;return name===void 0||asRecord(value)===void 0?value:{...value,file:name}};
const all=list=>list.map(value=>named(value,asRecord(value)?.["set"]));const{samples}=preview2;return{...preview2,refusals:all(
preview2.refusals),warnings:all(preview2.warnings),train:named(preview2["train"],"train"),heldOut:named(preview2["heldOu\
t"],"heldOut"),...Array.isArray(samples)?{samples:all(samples)}:{}}}function refusal({file,line,message,hint}){const place=file===
""?"":`${file}${line>0?`:${line}`:""}: `;return new DatasetError("dataset_refused",`${place}${message}`,{hint:hint||void 0})}function parseProject(value){const project=partOf("project",value);return{...project.fields,id:textOf(project,"id"),slug:textOf(
project,"slug"),name:textOf(project,"name"),orgId:textOf(project,"orgId")}}function parseProjects(body){const org=asRecord(
body["org"]);const slug=asString(org?.["slug"]);if(slug===void 0)throw new ShapeProblem("org.slug","is not a string");if(!Array.
isArray(body["projects"]))throw new ShapeProblem("projects","is not a list");return{org:{...org,slug},projects:body["pro\
jects"].map(parseProject)}}async function readText(response,limit){const reader=response.body?.getReader();if(reader===void 0)return{text:await response.
text(),cut:false};const decoder=new TextDecoder;let text="";let left=limit;try{for(;;){const{done,value}=await reader.read();
if(done)return{text:text+decoder.decode(),cut:false};text+=decoder.decode(value.subarray(0,left),{stream:true});left-=value.
length;if(left<0)return{text,cut:true}}}finally{reader.cancel().catch(()=>void 0)}}var managedCloud="https://api.arkor.ai";function cloudApiUrl(env,credentials){const stamped=credentials?.arkorCloudApiUrl;
const url=env["ARKOR_CLOUD_API_URL"]??(typeof stamped==="string"?stamped:managedCloud);return url.replace(/\/+$/,"")}function bearer(credentials){
const token=credentials.mode==="oauth"?credentials.accessToken:credentials.token;if(isToken(token))return token;throw new AuthError(
"auth_failed","The token is empty or holds a character that no token has.")}function isToken(value){return typeof value===
"string"&&/^[!-~]+$/.test(value)}var version="0.0.0-dev";function readDeprecation(headers){if(headers.get("deprecation")!=="true")return void 0;const warning=headers.get("warnin\
g")??"";const quoted=/^\d{3}\s+-\s+"(.+)"\s*$/.exec(warning);const message=quoted?.[1]??(warning||`Arkor SDK ${version} \
is deprecated`);return{version,message,sunset:headers.get("sunset")}}function recordDeprecation(notice){const place=globalThis;
place[Symbol.for("arkor.deprecation")]=notice}function reportDeprecation(headers,handler=recordDeprecation){const notice=readDeprecation(
headers);if(notice===void 0)return;try{Promise.resolve(handler(notice)).catch(()=>void 0)}catch{}}import process from"node:process";var commands={npm:"npm install -g arkor@latest",pnpm:"pnpm add -g arkor@latest",yarn:"yarn global add arkor@latest",bun:"\
bun add -g arkor@latest"};function upgradeCommand(userAgent,program){return commands[packageManager(userAgent,program)]}
function ourUpgradeCommand(){const place=globalThis;const told=place[Symbol.for("arkor.upgrade")];if(typeof told==="stri\
ng")return told;return upgradeCommand(process.env["npm_config_user_agent"]??"",process.argv[1]??"")}function packageManager(userAgent,program){
const named=userAgent.split("/",1)[0]??"";if(Object.hasOwn(commands,named))return named;const path=program.replaceAll("\\",
"/").toLowerCase();if(path.includes("/.bun/"))return"bun";if(path.includes("/pnpm/")||path.includes("/.pnpm/"))return"pn\
pm";if(path.includes("/.yarn/")||path.includes("/yarn/"))return"yarn";return"npm"}function upgradeMessage(body,command){
const run=`Run \`${command}\`.`;const fields=asRecord(parseJson(body));if(fields?.["error"]!=="sdk_version_unsupported"){
return`Arkor SDK is no longer supported by the cloud API. ${run}`}const{currentVersion,supportedRange,reason}=fields;const range=isText(
supportedRange)?` (supported: ${supportedRange})`:"";if(reason==="missing"||reason==="malformed"){return`Arkor SDK rejec\
ted by the cloud API: the X-Arkor-Client header was ${reason}${range}. ${run}`}const current=isText(currentVersion)?` ${currentVersion}`:
"";return`Arkor SDK${current} is no longer supported by the cloud API${range}. ${run}`}function isText(value){return typeof value===
"string"&&value!==""}function errorMessage(status,body,upgrade=ourUpgradeCommand){if(status===426)return upgradeMessage(body,upgrade());const error=asRecord(
parseJson(body))?.["error"];if(typeof error==="string"&&error!=="")return error;return body!==""?body:`cloud-api ${status}`}
function errorCode(body){const code=asRecord(parseJson(body))?.["code"];return typeof code==="string"?code:void 0}function retryAfter(headers){
const value=headers.get("retry-after");if(value===null||!/^\d+$/.test(value))return void 0;return Math.min(Number(value),
60)*1e3}var maxAnswerBytes=256*1024*1024;var maxErrorBytes=1024*1024;function fixedAccess(baseUrl,credentials){const access={baseUrl,
token:bearer(credentials)};return{current:()=>Promise.resolve(access),rejected:()=>Promise.resolve(void 0)}}var Transport=class{#source;#fetch;#onDeprecation;constructor(options){
this.#source=options.source;this.#fetch=options.fetch??globalThis.fetch;this.#onDeprecation=options.onDeprecation}async send(call){
const access=await this.#source.current();let response=await this.#once(call,access);if(response.status===401){const refused=await toError(
response);const other=await this.#source.rejected(access.token);if(other===void 0)throw refused;response=await this.#once(
call,other)}if(!response.ok)throw await toError(response);return response}async run(call){const response=await this.send(
call);await response.body?.cancel()}async read(call,parse){const response=await this.send(call);const where=`${call.method}\
 /${call.path.join("/")}`;let body;try{body=await readJson(response,where)}catch(cause){if(!(cause instanceof SyntaxError))
throw cause;throw new ResponseShapeError(`unexpected answer to ${where}: it is not JSON`,{cause})}try{const record=asRecord(
body);if(record===void 0)throw new ShapeProblem("the body","is not an object");return parse(record)}catch(error){if(!(error instanceof
ShapeProblem))throw error;throw new ResponseShapeError(`unexpected answer to ${where}: ${error.message}`)}}async#once(call,access){
const path=call.path.map(segment).join("/");const query=new URLSearchParams(call.query).toString();const headers=new Headers(
call.headers);headers.set("X-Arkor-Client",`arkor/${version}`);headers.set("Authorization",`Bearer ${access.token}`);const init={
method:call.method,headers,redirect:"manual"};if(call.signal!==void 0)init.signal=call.signal;if(call.json!==void 0){headers.
set("Content-Type","application/json");init.body=JSON.stringify(call.json)}else if(call.stream!==void 0){init.body=call.
stream();init.duplex="half"}const send=this.#fetch;const response=await send(`${access.baseUrl}/${path}${query&&`?${query}`}`,
init);reportDeprecation(response.headers,this.#onDeprecation);return response}};function segment(id){if(id===""||id==="."||
id==="..")throw new TypeError(`${JSON.stringify(id)} is not an id`);return encodeURIComponent(id)}async function readJson(response,where){
if(!response.body)return await response.json();const{text,cut:cut2}=await readText(response,maxAnswerBytes);if(cut2)throw new ResponseShapeError(
`unexpected answer to ${where}: it is longer than ${maxAnswerBytes} bytes`);return JSON.parse(text)}async function toError(response){
const body=await readText(response,maxErrorBytes).then(({text})=>text,()=>"");return new CloudApiError(response.status,errorMessage(
response.status,body),{code:errorCode(body),retryAfterMs:retryAfter(response.headers)})}var CloudApiClient=class{#transport;constructor(options){if(options instanceof Transport){this.#transport=options;return}
const{baseUrl,credentials,fetch:fetch2,onDeprecation}=options;this.#transport=new Transport({source:fixedAccess(baseUrl.
replace(/\/$/,""),credentials),fetch:fetch2,onDeprecation})}listProjects(orgSlug){return this.#transport.read({method:"G\
ET",path:["v1","projects"],query:{orgSlug}},parseProjects)}createProject(input){const{orgSlug,name,slug}=input;return this.#transport.
read({method:"POST",path:["v1","projects"],query:{orgSlug},json:{name,slug}},body=>({project:parseProject(body["project"])}))}createJob(input,options={}){
const{name,config}=input;const key=options.idempotencyKey;return this.#transport.read({method:"POST",path:["v1","jobs"],
query:scopeQuery(input),headers:key===void 0?void 0:{"Idempotency-Key":key},json:{name,config}},body=>({job:parseJob(body["\
job"])}))}previewJob(input,options={}){return ifOffered(this.#transport.read({method:"POST",path:["v1","preview"],query:scopeQuery(
input),json:{config:input.config},signal:options.signal},parsePreview))}getJob(jobId,scope){return this.#transport.read(
{method:"GET",path:["v1","jobs",jobId],query:scopeQuery(scope)},body=>{const{events}=body;const job=parseJob(body["job"]);
return Array.isArray(events)?{job,events}:{job}})}cancelJob(jobId,scope){return this.#transport.run({method:"POST",path:[
"v1","jobs",jobId,"cancel"],query:scopeQuery(scope)})}openEventStream(jobId,scope,options={}){const{lastEventId,signal}=options;
return this.#transport.send({method:"GET",path:["v1","jobs",jobId,"events","stream"],query:scopeQuery(scope),headers:{Accept:"\
text/event-stream",...lastEventId?{"Last-Event-ID":lastEventId}:{}},signal})}get(path,scope,query){const call={method:"G\
ET",path,query:{...query,...scopeQuery(scope)}};return ifOffered(this.#transport.read(call,body=>body))}addEval(jobId,scope,result){
const call={method:"POST",path:["v1","jobs",jobId,"evals"],query:scopeQuery(scope),json:result};return ifOffered(this.#transport.
run(call))}chat(input){const{scope,body,signal}=input;return this.#transport.send({method:"POST",path:["v1","inference",
"chat"],query:scopeQuery(scope),json:body,signal})}listDeployments(scope){return this.#transport.read({method:"GET",path:endpoints(),
query:scopeQuery(scope)},body=>({deployments:parseDeployments(body["deployments"])}))}getDeployment(id,scope){return this.#transport.
read({method:"GET",path:endpoints(id),query:scopeQuery(scope)},body=>({deployment:parseDeployment(body["deployment"])}))}createDeployment(scope,input){
return this.#transport.read({method:"POST",path:endpoints(),query:scopeQuery(scope),json:input},body=>({deployment:parseDeployment(
body["deployment"])}))}updateDeployment(id,scope,input){return this.#transport.read({method:"PATCH",path:endpoints(id),query:scopeQuery(
scope),json:input},body=>({deployment:parseDeployment(body["deployment"])}))}deleteDeployment(id,scope){return this.#transport.
run({method:"DELETE",path:endpoints(id),query:scopeQuery(scope)})}listDeploymentKeys(id,scope){return this.#transport.read(
{method:"GET",path:endpoints(id,"keys"),query:scopeQuery(scope)},body=>({keys:parseDeploymentKeys(body["keys"])}))}createDeploymentKey(id,scope,input){
return this.#transport.read({method:"POST",path:endpoints(id,"keys"),query:scopeQuery(scope),json:input},body=>({key:parseNewDeploymentKey(
body["key"])}))}revokeDeploymentKey(id,keyId,scope){return this.#transport.run({method:"DELETE",path:endpoints(id,"keys",
keyId),query:scopeQuery(scope)})}listModels(){return ifOffered(this.#transport.read({method:"GET",path:["v1","models"]},
parseModels))}async hasDataset(datasetId,scope,options={}){const call={path:["v1","datasets",datasetId],query:scopeQuery(
scope),signal:options.signal};try{await this.#transport.send({method:"HEAD",...call})}catch(error){if(isNotOffered(error))
return false;if(!(error instanceof CloudApiError))throw error;await this.#transport.read({method:"GET",...call},()=>void 0)}
return true}uploadDataset(upload,scope,options={}){return this.#transport.read({method:"POST",path:["v1","datasets"],query:scopeQuery(
scope),headers:{"Content-Type":upload.contentType,"Content-Length":String(upload.size),"X-Arkor-Content-SHA256":upload.sha256,
"X-Arkor-Filename":encodeURIComponent(upload.filename)},stream:upload.open,signal:options.signal},body=>{const datasetId=asString(
asRecord(body["dataset"])?.["id"]);if(datasetId===void 0)throw new ShapeProblem("dataset.id","is not a string");return{datasetId}})}};
function endpoints(...rest){return["v1","endpoints",...rest]}function scopeQuery(scope){return{orgSlug:scope.orgSlug,projectSlug:scope.
projectSlug}}import{relative,sep}from"node:path";import{createReadStream}from"node:fs";import{readFile}from"node:fs/promises";import{extname,resolve}from"node:path";import{
fileURLToPath}from"node:url";import{createHash}from"node:crypto";function canonicalJson(value){if(Array.isArray(value))return`[${value.map(canonicalJson).join(",")}]`;if(typeof value!==
"object"||value===null)return JSON.stringify(value);const fields=Object.entries(value).sort(([a],[b])=>a<b?-1:1);return`\
{${fields.map(([key,field])=>`${JSON.stringify(key)}:${canonicalJson(field)}`).join(",")}}`}function inPart(sample,parts){const text=canonicalJson(sample);let seeds="";for(const{fraction,seed,side}of parts){seeds+=
`${seed}
`;const first2=position(seeds+text)<fraction;if(first2!==(side==="first"))return false}return true}function position(text){
return createHash("sha256").update(text).digest().readUIntBE(0,6)/2**48}function checkSplit(fraction,seed){if(!(fraction>
0&&fraction<1)){throw new DatasetError("dataset_invalid",`A split needs a fraction between 0 and 1, not ${fraction}.`)}if(!Number.
isSafeInteger(seed)){throw new DatasetError("dataset_invalid",`A split needs a whole number as its seed, not ${seed}.`)}}var maxLineBytes=16*1024*1024;var LineChecker=class{#onSample;#decoder=new TextDecoder("utf-8",{fatal:true,ignoreBOM:true});#parts=[];#length=0;#line=0;#samples=0;#problem;constructor(onSample){
this.#onSample=onSample}get samples(){return this.#samples}push(bytes){let start=0;while(this.#problem===void 0){const end=bytes.
indexOf(10,start);const part=bytes.subarray(start,end<0?void 0:end);this.#length+=part.length;if(this.#length>maxLineBytes){
this.#problem={line:this.#line+1,kind:"too_long",message:`the line is longer than ${maxLineBytes/1024/1024} MiB`};break}
if(end<0){if(part.length>0)this.#parts.push(part.slice());break}this.#parts.push(part);this.#endLine();start=end+1}return this.#problem}end(){
if(this.#problem===void 0&&this.#length>0)this.#endLine();return this.#problem}#endLine(){this.#line++;const bytes=this.#parts.
length===1?this.#parts[0]:join(this.#parts,this.#length);this.#parts=[];this.#length=0;const problem=this.#check(bytes??
new Uint8Array);if(problem!==void 0)this.#problem={line:this.#line,...problem}}#check(bytes){let text;try{text=this.#decoder.
decode(bytes)}catch{return{kind:"not_utf8",message:"not UTF-8 text"}}if(this.#line===1&&text.startsWith("\uFEFF"))text=text.
slice(1);if(/^[ \t\r]*$/.test(text))return void 0;let value;try{value=JSON.parse(text)}catch(error){const reason=error instanceof
Error?error.message.replace(/\s+/g," "):String(error);return{kind:"not_json",message:`not JSON: ${reason}`}}if(typeof value!==
"object"||value===null||Array.isArray(value)){const what=value===null?"null":Array.isArray(value)?"a list":`a ${typeof value}`;
return{kind:"not_object",message:`not a JSON object but ${what}`}}this.#samples++;this.#onSample?.({line:this.#line,text,
value});return void 0}};function join(parts,length2){const whole=new Uint8Array(length2);let at=0;for(const part of parts){
whole.set(part,at);at+=part.length}return whole}function isLocal(source){return source.type==="file"||source.type==="rows"}async function*readSamples(source,cwd,signal){
checkReadable(source,cwd);const{parts=[]}=source;let found=false;for await(const line of readAll(source,cwd,signal)){if(parts.
length>0&&!inPart(line.value,parts))continue;found=true;yield line}if(!found)throw noSamples(source)}function checkReadable(source,cwd){
const format=source.type==="file"?source.format??formatOf(pathOf(source.path,cwd)):"jsonl";if(isLocal(source)&&(format===
"jsonl"||format==="json"))return;const what=source.type==="file"?format??"other":source.type;throw new DatasetError("dat\
aset_not_local",`The samples of a ${what} dataset cannot be read on this machine.`,{hint:"what reads them, as evals and \
splits do, needs a .jsonl or .json file, or rows"})}function nameOf(source){return source.type==="file"?source.path:source.
type}function badLine(name,problem){return new DatasetError("dataset_invalid",`${name}:${problem.line}: ${problem.message}`,
{hint:lineHint})}function noSamples(source){const name=nameOf(source);return source.parts===void 0?new DatasetError("dat\
aset_invalid",`Dataset ${name} has no samples.`,{hint:lineHint}):new DatasetError("dataset_invalid",`No sample of datase\
t ${name} is in this part of the split.`,{hint:"take another fraction or seed; which side a sample is on depends on the \
sample alone"})}var lineHint='a .jsonl file holds one JSON object per line, such as {"messages":[{"role":"user","content\
":"..."},{"role":"assistant","content":"..."}]}';function pathOf(name,cwd){if(!name.startsWith("file:"))return resolve(cwd,
name);try{return fileURLToPath(name)}catch(cause){throw unreadable(name,cause)}}function formatOf(path){const extension=extname(
path).slice(1).toLowerCase();if(extension==="ndjson")return"jsonl";return formats.find(format=>format===extension)}var formats=[
"jsonl","json","csv","parquet"];function unreadable(name,cause){const reason=cause instanceof Error?cause.message:String(
cause);return new DatasetError("dataset_invalid",`Dataset ${name} cannot be read: ${reason}`,{cause})}async function*readAll(source,cwd,signal){
if(source.type==="rows")return yield*serialised("rows",source.rows);const{path:name,format}=source;const path=pathOf(name,
cwd);try{if((format??formatOf(path))==="jsonl")return yield*linesOf(name,path,signal);const list=JSON.parse(await readFile(
path,{encoding:"utf8",signal}));if(!Array.isArray(list))throw new DatasetError("dataset_invalid",`Dataset ${name} is not\
 a list of samples.`);yield*serialised(name,list)}catch(cause){signal?.throwIfAborted();throw cause instanceof DatasetError?
cause:unreadable(name,cause)}}async function*linesOf(name,path,signal){let lines=[];const checker=new LineChecker(line=>lines.
push(line));let problem;for await(const chunk of createReadStream(path,{signal})){problem=checker.push(chunk);yield*lines;
lines=[];if(problem!==void 0)break}problem=checker.end();yield*lines;if(problem!==void 0)throw badLine(name,problem)}function*serialised(name,values){
for(const[index,row]of values.entries()){const line=index+1;let text;try{text=JSON.stringify(row)}catch(error){throw badLine(
name,{line,message:`not JSON: ${error instanceof Error?error.message:String(error)}`})}const value=text===void 0?void 0:
asRecord(JSON.parse(text));if(text===void 0||value===void 0)throw badLine(name,{line,message:"not a JSON object"});yield{
line,text,value}}}var callbackNames=["onStarted","onLog","onCheckpoint","onCompleted","onFailed","onCancelled"];function describe(input,config,cwd){
const{dataset,callbacks}=input;const held=input.evalDataset??evalFile(dataset);const{webhook:_,...shown}=config;return{model:config.
model,dataset:labelOf(dataset,cwd),evalDataset:labelOf(held,cwd),files:[dataset,held].flatMap(source=>source?.type==="fi\
le"?[fileOf(source.path,cwd)]:[]),config:shown,maxSteps:config.maxSteps??null,numTrainEpochs:config.numTrainEpochs??null,
dryRun:config.dryRun===true,callbacks:callbackNames.filter(name=>typeof callbacks?.[name]==="function")}}function evalFile(dataset){
if(dataset?.type!=="file"||dataset.evalPath===void 0)return void 0;return{type:"file",path:dataset.evalPath}}function labelOf(source,cwd){
if(source?.type===void 0)return null;const part=isLocal(source)&&source.parts!==void 0?" (a part)":"";switch(source.type){case"\
file":return fileOf(source.path,cwd)+part;case"rows":return`${source.rows.length} ${source.rows.length===1?"row":"rows"}${part}`;case"\
blob":return addressOf(source.url);case"huggingface":{const parts=[source.subset,source.split].filter(name=>name!==void 0&&
name!=="");return parts.length>0?`${source.name} (${parts.join("/")})`:source.name}}}function fileOf(path,cwd){return relative(
cwd,pathOf(path,cwd)).split(sep).join("/")}function addressOf(url){if(!URL.canParse(url))return"a URL";const{protocol,host,
pathname}=new URL(url);return`${protocol}//${host}${pathname}`}import process2 from"node:process";function oneLine(text){return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu," ")}async function keepEval({client,scope},job,target,{result,worst}){const{name,count,failed,mean,min,max,threshold=null}=result;
await client.addEval(job.id,scope,{name,target,count,failed,mean,min,max,threshold,worst}).catch(error=>{process2.stderr.
write(`arkor: warning: the backend does not keep the result: ${oneLine(String(error))}
`)})}var maxFrameLength=16*1024*1024;var FrameParser=class{#decoder=new TextDecoder;#line="";#afterCR=false;#event="";#id="";#data=[];#length=0;push(bytes){
const text=this.#decoder.decode(bytes,{stream:true});const frames=[];let start=0;for(let at=0;at<text.length;at++){const char=text[at];
if(char!=="\n"&&char!=="\r"){this.#afterCR=false;continue}const ended=char==="\n"&&this.#afterCR;this.#afterCR=char==="\r";
if(!ended){const frame=this.#endLine(this.#line+text.slice(start,at));if(frame!==void 0)frames.push(frame);this.#line=""}
start=at+1}this.#line+=text.slice(start);if(this.#length+this.#line.length>maxFrameLength){throw new Error(`event stream\
 frame longer than ${maxFrameLength} characters`)}return frames}#endLine(line){if(line==="")return this.#dispatch();const colon=line.
indexOf(":");const field=colon<0?line:line.slice(0,colon);let value=colon<0?"":line.slice(colon+1);if(value.startsWith("\
 "))value=value.slice(1);if(field==="data"){this.#data.push(value);this.#length+=value.length+1}else if(field==="event"){
this.#event=value}else if(field==="id"&&!value.includes("\0")){this.#id=value}return void 0}#dispatch(){const frame={event:this.#event,
data:this.#data.join("\n"),id:this.#id};const complete=this.#data.length>0||frame.event==="end";this.#event="";this.#id=
"";this.#data=[];this.#length=0;return complete?frame:void 0}};async function*readInferStream(response){if(response.headers.get("content-type")?.startsWith("application/json")){throw new ResponseShapeError(
"the answer is one JSON document, not a stream",{hint:"call infer with stream: true, or read the answer with response.js\
on()"})}if(response.body===null)throw new ResponseShapeError("the answer has no body to read text from");const reader=response.
body.getReader();const parser=new FrameParser;try{for(;;){const chunk=await reader.read();if(chunk.done)return;for(const frame of parser.
push(chunk.value)){const part=readTextFrame(frame);if(part.end)return;if(part.text!=="")yield part.text}}}finally{reader.
cancel().catch(()=>void 0)}}function readTextFrame(frame){const{event,data}=frame;if(event==="end"||data==="[DONE]")return{
text:"",end:true};if(event==="ping"||data==="")return{text:"",end:false};let value;try{value=JSON.parse(data)}catch{value=
data}const fields=asRecord(value);if(event==="error"){throw new StreamError(asString(fields?.["error"])??"the backend br\
oke off the answer")}if(typeof value==="string")return{text:value,end:false};const choices=fields?.["choices"];const delta=asRecord(
asRecord(Array.isArray(choices)?choices[0]:void 0)?.["delta"]);const text=asString(delta?.["content"])??asString(fields?.["\
content"])??asString(fields?.["text"])??"";return{text,end:false}}var deepest=64;var remarks=["$schema","$id","$comment","$defs","definitions","title","description","default","examples",
"format","deprecated","readOnly","writeOnly"];var types={object:value=>asRecord(value)!==void 0,array:Array.isArray,string:value=>typeof value===
"string",number:value=>typeof value==="number",integer:Number.isInteger,boolean:value=>typeof value==="boolean",null:value=>value===
null};var show=value=>JSON.stringify(value)??String(value);var same=(a,b)=>canonical(a)===canonical(b);var canonical=value=>JSON.
stringify(value,(_,inner)=>{const fields=asRecord(inner);return fields===void 0?inner:Object.fromEntries(Object.entries(
fields).sort(([a],[b])=>a<b?-1:1))});var bound=(is,size,holds,says)=>limit=>{if(typeof limit!=="number")throw new TypeError(
`${show(limit)} is not a number`);return(value,path)=>types[is]?.(value)&&!holds(size(value),limit)?`${path} ${says} ${limit}`:
void 0};var length=text=>[...text].length;var least=(a,b)=>a>=b;var most=(a,b)=>a<=b;var itself=value=>value;var keywords={
type:rule=>{const names=[rule].flat();for(const name of names)if(!Object.hasOwn(types,name))throw new TypeError(`there i\
s no type ${show(name)}`);return(value,path)=>names.some(name=>types[name]?.(value))?void 0:`${path} is not of type ${names.
join(" or ")}`},enum:rule=>{const says=rule.map(show).join(", ");return(value,path)=>rule.some(one=>same(one,value))?void 0:
`${path} is none of ${says}`},const:rule=>(value,path)=>same(rule,value)?void 0:`${path} is not ${show(rule)}`,required:rule=>{
const names=[...rule];return(value,path)=>{const fields=asRecord(value);const missing=fields&&names.find(name=>!Object.hasOwn(
fields,name));return missing===void 0?void 0:`${path}.${missing} is missing`}},properties:(rule,_,inner)=>{const checks=Object.
entries(rule).map(([name,schema])=>[name,inner(schema)]);return(value,path)=>{const fields=asRecord(value);if(fields===void 0)
return void 0;return first(checks,([name,check])=>Object.hasOwn(fields,name)?check(fields[name],`${path}.${name}`):void 0)}},
additionalProperties:(rule,schema,inner)=>{const known=asRecord(schema["properties"])??{};const check=inner(rule);return(value,path)=>first(
Object.entries(asRecord(value)??{}),([name,field])=>Object.hasOwn(known,name)?void 0:check(field,`${path}.${name}`))},items:(rule,_,inner)=>{
const check=inner(rule);return(value,path)=>Array.isArray(value)?first([...value.entries()],([index,item])=>check(item,`${path}\
[${index}]`)):void 0},uniqueItems:rule=>(value,path)=>rule&&Array.isArray(value)&&new Set(value.map(canonical)).size<value.
length?`${path} repeats an item`:void 0,pattern:rule=>{const pattern=new RegExp(rule,"u");return(value,path)=>typeof value===
"string"&&!pattern.test(value)?`${path} does not match ${rule}`:void 0},minLength:bound("string",length,least,"is shorte\
r than"),maxLength:bound("string",length,most,"is longer than"),minItems:bound("array",items=>items.length,least,"has fe\
wer items than"),maxItems:bound("array",items=>items.length,most,"has more items than"),minimum:bound("number",itself,least,
"is below"),maximum:bound("number",itself,most,"is above"),exclusiveMinimum:bound("number",itself,(a,b)=>a>b,"is not abo\
ve"),exclusiveMaximum:bound("number",itself,(a,b)=>a<b,"is not below"),multipleOf:bound("number",itself,(a,b)=>Number.isInteger(
a/b),"is no multiple of"),allOf:(rule,_,inner)=>{const checks=rule.map(inner);return(value,path)=>first(checks,check=>check(
value,path))},anyOf:(rule,_,inner)=>{const checks=rule.map(inner);return(value,path)=>checks.some(check=>check(value,path)===
void 0)?void 0:`${path} fits none of the alternatives`},oneOf:(rule,_,inner)=>{const checks=rule.map(inner);return(value,path)=>{
const fits=checks.filter(check=>check(value,path)===void 0).length;return fits===1?void 0:`${path} fits ${fits} of the a\
lternatives, not one`}},not:(rule,_,inner)=>{const check=inner(rule);return(value,path)=>check(value,path)===void 0?`${path}\
 is what it must not be`:void 0}};function first(list,problem){for(const one of list){const found=problem(one);if(found!==
void 0)return found}return void 0}function compileSchema(root){const compiled=new Map;let depth=0;const compile=schema=>{
if(schema===true)return()=>void 0;if(schema===false)return(_,path)=>`${path} must not be there`;const known=compiled.get(
schema);if(known!==void 0)return known;const fields=asRecord(schema);if(fields===void 0)throw new TypeError(`A JSON sche\
ma is an object or a boolean, not ${show(schema)}.`);let checks=[];const check2=(value,path)=>{if(depth>=deepest)return`${path}\
 is nested too deeply`;depth++;try{return first(checks,one=>one(value,path))}finally{depth--}};compiled.set(schema,check2);
checks=Object.entries(fields).flatMap(([name,rule])=>{if(remarks.includes(name))return[];if(name==="$ref")return[compile(
resolve4(rule))];const keyword=Object.hasOwn(keywords,name)?keywords[name]:void 0;if(keyword===void 0)throw new TypeError(
`The keyword ${show(name)} of a JSON schema is not supported here.`);try{return[keyword(rule,fields,compile)]}catch(cause){
if(cause instanceof TypeError&&cause.message.endsWith("."))throw cause;throw new TypeError(`The keyword ${show(name)} of\
 a JSON schema: ${cause instanceof Error?cause.message:show(cause)}.`,{cause})}});return check2};const resolve4=reference=>{
const parts=typeof reference==="string"&&/^#(\/|$)/.test(reference)?reference.split("/").slice(1):void 0;let at=parts&&root;
for(const part of parts??[])at=asRecord(at)?.[decodeURIComponent(part).replace(/~1/g,"/").replace(/~0/g,"~")];if(at===void 0)
throw new TypeError(`The reference ${show(reference)} of a JSON schema leads nowhere.`);return at};const check=compile(root);
return value=>check(value,"$")}var shownSamples=5;var shownText=1e3;async function measure(one,samples,point,{concurrency=1,onSample}={}){const score=scorer(
one);const found=[];let next=0;let done=0;const work=async()=>{while(next<samples.length){const index=next++;try{point.signal.
throwIfAborted();found[index]=await measureSample(score,one,samples[index],point)}catch(error){next=samples.length;throw error}
onSample?.(++done,samples.length)}};await Promise.all(Array.from({length:concurrency},work));return summarize(one,found,
point.step)}async function measureSample(score,one,sample,point){let prompt;let answer;const seen=(score2,note)=>({prompt:cut(
prompt),answer:cut(answer),score:score2,note:cut(note)});const infer=args=>{prompt=args.messages.at(-1)?.content;return point.
infer({...args,temperature:args.temperature??0})};const ask=async(args={})=>{const{messages=questionOf(sample),...rest}={
...one.ask,...args};let text="";for await(const piece of readInferStream(await infer({...rest,messages})))text+=piece;return answer=
text};try{const scored=await score({...point,sample,infer,ask});const fields=asRecord(scored);const value=fields===void 0?
scored:fields["score"];if(typeof value!=="number"||!Number.isFinite(value)){throw new TypeError(`the score is not a fini\
te number but ${String(value)}`)}return seen(value,asString(fields?.["note"]))}catch(error){point.signal.throwIfAborted();
if(one.failFast===true)throw error;return seen(null,error instanceof Error?error.message:String(error))}}function cut(text){
return text==null||text.length<=shownText?text??null:`${text.slice(0,shownText)}...`}function scorer(one){if(one.score!==
void 0)return context=>one.score(context);const check=compileSchema(one.schema);return async({ask})=>{const value=parseJson(
await ask());const note=value===void 0?"not JSON":check(value);return{score:note===void 0?1:0,note}}}function questionOf(sample){
const{messages,prompt}=sample;if(typeof prompt==="string")return[{role:"user",content:prompt}];if(!Array.isArray(messages))
throw new TypeError("the sample is no conversation: say what to ask in messages");const answer=messages.findLastIndex(message=>asRecord(
message)?.["role"]==="assistant");return answer<0?messages:messages.slice(0,answer)}function summarize(one,found,step){const{
name,threshold}=one;const scores=found.flatMap(({score})=>score===null?[]:[score]);const failed=found.length-scores.length;
const none=scores.length===0;const mean=none?null:scores.reduce((sum,score)=>sum+score,0)/scores.length;const pick=better=>none?
null:scores.reduce((a,b)=>better(b,a)?b:a);const min=pick((a,b)=>a<b);const result={type:"eval",name,step,count:found.length,
failed,mean,min,max:pick((a,b)=>a>b),...threshold!==void 0&&{threshold,passed:failed===0&&mean!==null&&mean>=threshold}};
const first2=found.findIndex(({score})=>score===null);return{result,worst:found.toSorted((a,b)=>(a.score??-Infinity)-(b.
score??-Infinity)||0).slice(0,shownSamples),note:found.find(({score})=>score!==null&&score===min)?.note??void 0,problem:first2<
0?void 0:`sample ${first2+1}: ${String(found[first2]?.note)}`}}import{appendFile,mkdir}from"node:fs/promises";import{createHash as createHash2}from"node:crypto";import{join as join2}from"node:path";var EvalRunner=class{#evals;#found=new Map;#loading;constructor(evals){this.#evals=evals}load(){this.#loading??=Promise.
all(this.#evals.map(samplesOf)).catch(error=>{this.#loading=void 0;throw error});return this.#loading}async*run(point){const samples=await this.
load();for(const[index,one]of this.#evals.entries()){const found=this.#found.get(one)??new Map;const known=found.get(point.
step);if(known!==void 0&&point.last)yield{...known,known:true};if(point.last?known!==void 0:one.everyCheckpoint===false)
continue;const report=await measure(one,samples[index]??[],point);this.#found.set(one,found.set(point.step,report));yield{
...report,known:false}}}};async function samplesOf(one){const samples=[];for await(const sample of one.dataset.samples()){
samples.push(sample);if(samples.length===one.limit)break}return samples}function describeEval({result,note,problem}){const{
name,step,count,failed,mean,min,max,threshold,passed}=result;const short=value=>String(Number((value??0).toFixed(4)));const remark=text=>text?
` (${excerpt(text)})`:"";const parts=[...mean===null?[]:[`mean ${short(mean)}`,`min ${short(min)}${remark(note)}`,`max ${short(
max)}`],count===1?"1 sample":`${count} samples`,...failed===0?[]:[`${failed} failed${remark(problem)}`],...threshold===void 0?
[]:[`threshold ${short(threshold)} ${passed?"reached":"missed"}`]];return`eval ${excerpt(name)} at step ${step}: ${parts.
join(", ")}`}var longestRemark=100;function excerpt(text){const line=oneLine(text);return line.length<=longestRemark?line:
`${line.slice(0,longestRemark)}...`}async function recordEval(cwd,jobId,result){const folder=join2(cwd,".arkor","evals");
await mkdir(folder,{recursive:true});await appendFile(join2(folder,`${fileName(jobId)}.jsonl`),`${JSON.stringify(result)}\

`)}function fileName(jobId){if(/^\w[\w-]{0,99}$/.test(jobId))return jobId;return createHash2("sha256").update(jobId).digest(
"hex")}function parsePayload(data){return asRecord(parseJson(data))}function applyEvent(job,payload){const at=asString(payload["\
timestamp"])??null;const{step}=payload;switch(payload["type"]){case"training.started":{const running={...job,status:"run\
ning",startedAt:at};const dispatch={name:"onStarted",argument:{job:running}};return{job:running,dispatch,final:false}}case"\
training.log":{if(typeof step!=="number")break;const argument={step,loss:numberOrNull(payload["loss"]),evalLoss:numberOrNull(
payload["evalLoss"]),learningRate:numberOrNull(payload["learningRate"]),epoch:numberOrNull(payload["epoch"]),samplesPerSecond:numberOrNull(
payload["samplesPerSecond"]),job};return{job,dispatch:{name:"onLog",argument},final:false}}case"checkpoint.saved":{if(typeof step!==
"number")break;const artifacts=Array.isArray(payload["artifacts"])?payload["artifacts"]:void 0;const adapter={kind:"chec\
kpoint",jobId:job.id,step};const argument={step,adapter,job,artifacts};return{job,dispatch:{name:"onCheckpoint",argument},
final:false}}case"training.completed":return finish(job,"completed",at,payload);case"training.failed":return finish(job,
"failed",at,payload);case"training.cancelled":return finish(job,"cancelled",at,payload)}return{job,dispatch:void 0,final:false}}
function endStatus(data){const status=parsePayload(data)?.["status"];return isJobStatus(status)?status:void 0}function finish(job,status,completedAt,fields={}){
if(status==="failed"){const error=asString(fields["error"])??"training failed";const failed={...job,status,error,completedAt};
const dispatch2={name:"onFailed",argument:{job:failed,error}};return{job:failed,dispatch:dispatch2,final:true}}const done={
...job,status,completedAt};if(status==="cancelled"){return{job:done,dispatch:{name:"onCancelled",argument:{job:done}},final:true}}
const artifacts=Array.isArray(fields["artifacts"])?fields["artifacts"]:[];const dispatch={name:"onCompleted",argument:{job:done,
artifacts}};return{job:done,dispatch,final:true}}var defaultTiming={initialMs:1e3,maxMs:6e4};function reconnectDelay(timing,failures,random){const exponential=Math.min(timing.
initialMs*2**failures,timing.maxMs);const jittered=exponential+exponential*(random*.5-.25);return Math.min(Math.max(jittered,
0),timing.maxMs)}var systemClock={sleep(ms,signal){return new Promise((resolve4,reject)=>{if(signal?.aborted)return reject(
signal.reason);const onAbort=()=>{clearTimeout(timer);reject(signal?.reason)};const timer=setTimeout(()=>{signal?.removeEventListener(
"abort",onAbort);resolve4()},ms);signal?.addEventListener("abort",onAbort,{once:true})})},alarm(ms,ring){const timer=setTimeout(
ring,ms);return()=>clearTimeout(timer)},random:Math.random,now:Date.now};var silenceMs=6e4;async function follow(options){const{timing,clock,signal}=options;let failures=0;for(;;){signal?.throwIfAborted();
const outcome=await readOnce(options);if(outcome.kind==="final")return;if(outcome.productive)failures=0;if(outcome.kind===
"closed"){await clock.sleep(Math.min(timing.initialMs,timing.maxMs),signal);continue}const{error}=outcome;if(options.maxFailures!==
void 0&&failures>=options.maxFailures){throw new StreamError(`Trainer SSE stream failed ${failures+1} consecutive times;\
 giving up.`,{cause:error})}const delay=reconnectDelay(timing,failures,clock.random());const delayMs=Math.max(delay,askedToWait(
error));failures++;await options.onFailure({attempt:failures,delayMs,error});await clock.sleep(delayMs,signal)}}async function readOnce(options){
const{signal,position:position2}=options;let response;try{response=await options.open(position2.lastEventId)}catch(error2){
if(signal?.aborted||isPermanent(error2))throw error2;return{kind:"broken",productive:false,error:error2}}let productive=false;
const frames=readFrames(response,options.clock);try{for(;;){let next;try{next=await frames.next()}catch(error2){if(signal?.
aborted)throw error2;return{kind:"broken",productive,error:error2}}if(next.done)break;const frame=next.value;if(frame.id!==
"")position2.lastEventId=frame.id;if(frame.event==="ping")continue;if(frame.event==="end"){if(await options.onEnd(frame.
data))return{kind:"final"};break}const payload=parsePayload(frame.data);if(payload===void 0)continue;productive=true;if(await options.
onEvent(payload))return{kind:"final"}}}finally{await frames.return()}if(productive)return{kind:"closed",productive};const error=new Error(
"SSE stream closed without emitting any frame");return{kind:"broken",productive,error}}async function*readFrames(response,clock){
if(response.body===null)return;const reader=response.body.getReader();const parser=new FrameParser;let pings=false;try{for(;;){
const chunk=await(pings?beforeSilence(reader.read(),clock):reader.read());if(chunk.done)return;for(const frame of parser.
push(chunk.value)){if(frame.event==="ping")pings=true;yield frame}}}finally{reader.cancel().catch(()=>void 0)}}async function beforeSilence(reading,clock){
let cancelAlarm=()=>void 0;const silence=new Promise((_,reject)=>{cancelAlarm=clock.alarm(silenceMs,()=>{reject(new Error(
`no bytes for ${silenceMs/1e3} s on the event stream`))})});try{return await Promise.race([reading,silence])}finally{cancelAlarm()}}
function isPermanent(error){if(error instanceof AuthError)return true;return error instanceof CloudApiError&&[401,403,410,
426].includes(error.status)}function askedToWait(error){if(!(error instanceof CloudApiError))return 0;return error.status===
429||error.status===503?error.retryAfterMs??0:0}import{randomUUID}from"node:crypto";import{mkdir as mkdir2,readFile as readFile2,rename as rename2,rm,writeFile}from"node:fs/promises";
import{join as join3}from"node:path";var maxModels=1e3;var maxIdLength=200;function modelTypes(offer){const ids=offer.models.
filter(({id,capabilities})=>capabilities.train&&id.length<=maxIdLength).map(({id})=>id);const lines=[...new Set(ids)].sort().
slice(0,maxModels).map(id=>`    ${JSON.stringify(id)}: true;`);return`// Written by arkor: the models that the backend o\
f the last run trains.
export {};
declare module "arkor" {
  interface ArkorModels {
${lines.map(line=>`${line}
`).join("")}  }
}
`}async function writeModelTypes(cwd,offer){const folder=join3(cwd,".arkor");const path=join3(folder,"models.d.ts");const text=modelTypes(
offer);if(await readFile2(path,"utf8").catch(()=>"")===text)return;await mkdir2(folder,{recursive:true});const temporary=`${path}\
.${randomUUID()}`;try{await writeFile(temporary,text);await rename2(temporary,path)}catch(error){await rm(temporary,{force:true});
throw error}}var Pump=class{#options;#history=[];#iterators=new Set;#reading;constructor(options){this.#options=options}publish(event){
this.#history.push(event);for(const iterator of this.#iterators)iterator.wake()}async wait(){const{outcome,leave}=this.#join();
try{return await outcome}finally{leave()}}events(signal){return{[Symbol.asyncIterator]:()=>new EventIterator({history:this.#history,
signal,join:iterator=>{this.#iterators.add(iterator);const{outcome,leave}=this.#join();return{outcome,leave:()=>{this.#iterators.
delete(iterator);leave()}}}})}}#join(){if(this.#reading===void 0||this.#reading.controller.signal.aborted){this.#reading=
this.#start(this.#reading)}const reading=this.#reading;reading.listeners++;return{outcome:reading.outcome,leave:()=>{reading.
listeners--;if(reading.listeners===0)reading.controller.abort(new Error("nobody listens any more"))}}}#start(before){const controller=new AbortController;
const outer=this.#options.signal();const abort=()=>controller.abort(outer?.reason);if(outer?.aborted)abort();outer?.addEventListener(
"abort",abort,{once:true});const read=async()=>{await before?.outcome.catch(()=>void 0);try{return await this.#options.read(
controller.signal)}finally{outer?.removeEventListener("abort",abort);if(this.#reading===reading)this.#reading=void 0}};const reading={
outcome:read(),controller,listeners:0};reading.outcome.catch(()=>void 0);return reading}};var EventIterator=class{#options;#abort=()=>this.#end();#at=0;#turn=Promise.
resolve();#wake=()=>void 0;#leave;#outcome;#over=false;constructor(options){this.#options=options}wake(){this.#wake()}next(){
const result=this.#turn.then(()=>this.#take());this.#turn=result.catch(()=>void 0);return result}async return(){this.#end();
return{done:true,value:void 0}}async#take(){if(this.#leave===void 0)this.#begin();for(;;){if(this.#over)return{done:true,
value:void 0};const event=this.#options.history[this.#at];if(event!==void 0){this.#at++;return{done:false,value:event}}if(this.#outcome!==
void 0){const{failed,error}=this.#outcome;this.#end();if(failed)throw error;continue}await new Promise(resolve4=>this.#wake=
resolve4)}}#begin(){const{signal,join:join8}=this.#options;if(this.#over||signal?.aborted)return this.#end();signal?.addEventListener(
"abort",this.#abort,{once:true});const{outcome,leave}=join8(this);this.#leave=leave;const ended=how=>{this.#outcome=how;
this.#wake()};outcome.then(()=>ended({failed:false}),error=>ended({failed:true,error}))}#end(){if(this.#over)return;this.#over=
true;this.#options.signal?.removeEventListener("abort",this.#abort);this.#leave?.();this.#wake()}};import{createHash as createHash3}from"node:crypto";import process6 from"node:process";import{accessSync,constants,statSync}from"node:fs";import{createRequire}from"node:module";import{delimiter,dirname,isAbsolute as isAbsolute2,
join as join4}from"node:path";import process3 from"node:process";function findBinary(name,variable,env,beside){const named=env[variable];
if(named)return named;const file=process3.platform==="win32"?`${name}.exe`:name;const folders=(env["PATH"]??env["Path"]??
"").split(delimiter).filter(isAbsolute2);folders.unshift(...packageFolders());if(beside!==void 0)folders.unshift(dirname(
beside));return folders.map(folder=>join4(folder,file)).find(isExecutable)}function packageFolders(){const platform=`@ar\
kor/${process3.platform}-${process3.arch}/package.json`;const arkor=resolve2(import.meta.url,"arkor/package.json");return[
resolve2(import.meta.url,platform),arkor&&resolve2(arkor,platform)].filter(manifest=>manifest!==void 0).map(manifest=>join4(
dirname(manifest),"bin"))}function resolve2(from,name){try{return createRequire(from).resolve(name)}catch{return void 0}}
function isExecutable(path){try{accessSync(path,constants.X_OK);return statSync(path).isFile()}catch{return false}}import{mkdir as mkdir3,readFile as readFile3}from"node:fs/promises";import{dirname as dirname2,join as join5}from"node:path";
import process5 from"node:process";import{randomUUID as randomUUID2}from"node:crypto";import{open,rename as rename3,rm as rm2}from"node:fs/promises";import process4 from"node:process";
async function writeWhole(path,text){const temporary=`${path}.${process4.pid}.${randomUUID2()}.tmp`;try{const file=await open(
temporary,"wx",384);try{await file.writeFile(text);await file.chmod(384).catch(error=>{warn(`could not set permissions o\
n ${path}: ${error instanceof Error?error.message:error}`)});await file.sync()}finally{await file.close()}await rename3(
temporary,path)}catch(error){await rm2(temporary,{force:true});throw error}}function warn(message){process4.stderr.write(
`arkor: warning: ${message}
`)}function statePath(cwd=process5.cwd()){return join5(cwd,".arkor","state.json")}async function readState(cwd){const found=await findState(
cwd);return typeof found==="string"?null:found}async function writeState(state,cwd){const path=statePath(cwd);await mkdir3(
dirname2(path),{recursive:true});await writeWhole(path,`${JSON.stringify(state,null,2)}
`)}async function findState(cwd){let text;try{text=await readFile3(statePath(cwd),"utf8")}catch(error){return error.code===
"ENOENT"?"absent":"damaged"}const state=asRecord(parseJson(text.replace(/^\ufeff/,"")));const orgSlug=asString(state?.["\
orgSlug"]);const projectSlug=asString(state?.["projectSlug"]);const projectId=asString(state?.["projectId"]);if(orgSlug===
void 0||projectSlug===void 0||projectId===void 0)return"damaged";return{...state,orgSlug,projectSlug,projectId}}async function readProjectScope(cwd,identity){const state=await findState(cwd);if(state==="absent"){throw new ProjectStateMissingError(
"No .arkor/state.json found. Create it by hand with { orgSlug, projectSlug, projectId } pointing at the project you want\
 to use.")}if(state==="damaged"){throw new ProjectStateMissingError(`${statePath(cwd)} does not hold { orgSlug, projectS\
lug, projectId }, three strings`,{hint:"repair the file, or move it away"})}const{orgSlug,projectSlug}=state;if(identity.
mode==="anon"&&identity.orgSlug!==orgSlug){throw new ProjectStateMismatchError("This workspace's .arkor/state.json is sc\
oped to a different organization than your current anonymous session. Delete .arkor/state.json to start a fresh anonymou\
s project, or run `arkor login` with the account that owns that project.")}return{orgSlug,projectSlug}}import{spawn}from"node:child_process";import{clearTimeout as clearTimeout2,setTimeout as setTimeout2}from"node:timers";var maxOutputLength=1024*
1024;var maxLineLength=64*1024;var errorLine=/^arkor[\w-]*(?: [\w-]+)*: /;function runBinary(run){return new Promise(resolve4=>{
const child=spawn(run.path,run.args,{cwd:run.cwd,stdio:["ignore","pipe","pipe"],windowsHide:true});let ended;const end=why=>{
ended??=why;child.kill("SIGKILL")};const timer=setTimeout2(()=>end(`no answer within ${run.timeoutMs/1e3} s`),run.timeoutMs);
let error;let hint;let remark;let stdout="";let pending="";const onLine=line=>{if(line==="")return;if(line.startsWith("h\
int: ")){hint=line}else if(errorLine.test(line)){if(error!==void 0)run.stderr(error);error=line}else{remark=line;run.stderr(
line)}};child.stdout.setEncoding("utf8").on("data",text=>{if(stdout.length<=maxOutputLength)stdout+=text;if(stdout.length>
maxOutputLength)end(`it printed more than ${maxOutputLength} characters`)});child.stderr.setEncoding("utf8").on("data",text=>{
const lines=(pending+text).split(/\r?\n/);pending=lines.pop()??"";lines.forEach(onLine);if(pending.length<=maxLineLength)
return;onLine(pending);pending=""});child.on("error",failure=>{clearTimeout2(timer);if(failure.code==="ENOENT")resolve4(
{kind:"missing"});else resolve4({kind:"failed",message:failure.message,hint:void 0})});child.on("exit",()=>{setTimeout2(
()=>{child.stdout.destroy();child.stderr.destroy()},1e3).unref()});child.on("close",(code,signal)=>{clearTimeout2(timer);
onLine(pending);if(code===0&&stdout.length<=maxOutputLength){if(error!==void 0)run.stderr(error);if(hint!==void 0)run.stderr(
hint);return resolve4({kind:"done",stdout})}const how=signal===null?`exit status ${code}`:`killed by ${signal}`;const said=error?.
replace(errorLine,"")??remark??how;resolve4({kind:"failed",message:ended??said,hint:hint?.slice("hint: ".length)})})})}function parseTokenOutput(text){const fields=asRecord(parseJson(text));const token=fields?.["token"];const apiUrl=asString(
fields?.["apiUrl"]);if(fields===void 0||!isToken(token)||apiUrl===void 0)return void 0;const{expiresAt}=fields;const scope=asRecord(
fields["scope"]);const orgSlug=asString(scope?.["orgSlug"]);const projectSlug=asString(scope?.["projectSlug"]);return{token,
apiUrl:apiUrl.replace(/\/+$/,""),mode:asString(fields["mode"])??"",orgSlug:asString(fields["orgSlug"])??null,expiresAt:typeof expiresAt===
"number"?expiresAt:null,scope:orgSlug!==void 0&&projectSlug!==void 0?{orgSlug,projectSlug}:null}}function sameIdentity(first2,next){
if(first2.mode!==next.mode||first2.orgSlug!==next.orgSlug)return false;return first2.mode==="local"||first2.apiUrl===next.
apiUrl}function expiresSoon(output,now){return output.expiresAt!==null&&output.expiresAt*1e3-now<6e4}var tokenTimeoutMs=75e3;async function openSession(options){const{credentials,env}=options;if(credentials!==void 0)return fixedSession(
options,credentials);const binary=findBinary("arkor-auth","ARKOR_AUTH_BIN",env);if(binary!==void 0)return await BinarySession.
open(options,binary);const token=env["ARKOR_TOKEN"]?.trim();if(token)return fixedSession(options,{mode:"token",token});throw new AuthError(
"auth_unavailable","No way to sign in: arkor-auth is not on PATH and ARKOR_TOKEN is not set.",{hint:"install arkor-auth,\
 or set ARKOR_TOKEN together with ARKOR_CLOUD_API_URL"})}function fixedSession(options,credentials){const baseUrl=options.
baseUrl?.replace(/\/+$/,"")??cloudApiUrl(options.env,credentials);const orgSlug=credentials.mode==="oauth"?null:credentials.
orgSlug??null;return{...fixedAccess(baseUrl,credentials),scope:()=>readProjectScope(options.cwd,{mode:credentials.mode,orgSlug}),
unreachable:()=>Promise.resolve()}}var BinarySession=class _BinarySession{#options;#binary;#first;#latest;#renewalTried;#running;static async open(options,binary){
return new _BinarySession(options,binary,await askForToken(options,binary,["--scope"]))}constructor(options,binary,first2){
this.#options=options;this.#binary=binary;this.#first=first2;this.#latest=first2}async current(){const{token}=this.#latest;
if(expiresSoon(this.#latest,this.#options.now())&&this.#renewalTried!==token){this.#renewalTried=token;await this.#ask([]).
catch(unlessIdentityChanged)}return this.#access()}async rejected(token){if(this.#latest.token!==token)return this.#access();
if(this.#latest.mode==="token")return void 0;const hash=createHash3("sha256").update(token).digest("hex");const next=await this.#ask(
["--rejected",hash]);return next.token===token?void 0:this.#access()}async scope(){return this.#first.scope??await readProjectScope(
this.#options.cwd,this.#first)}async unreachable(){if(this.#first.mode==="local")await this.#ask([]).catch(()=>void 0)}#access(){
const{token,apiUrl}=this.#latest;return{baseUrl:(this.#options.baseUrl??apiUrl).replace(/\/+$/,""),token}}#ask(args){const key=args.
join(" ");if(this.#running?.key===key)return this.#running.result;const before=this.#running?.result;const result=(async()=>{
await before?.catch(()=>void 0);const next=await askForToken(this.#options,this.#binary,args);if(!sameIdentity(this.#first,
next)){throw new AuthError("identity_changed","The sign-in changed while the job was being followed; the job goes on wit\
hout us.",{hint:"start again to follow it with the new sign-in, or sign in as before"})}this.#latest=next;return next})();
const running={key,result};this.#running=running;const done=()=>{if(this.#running===running)this.#running=void 0};result.
then(done,done);return result}};async function askForToken(options,binary,args){const outcome=await runBinary({path:binary,
args:["token","--json",...args],cwd:options.cwd,timeoutMs:tokenTimeoutMs,stderr:line=>process6.stderr.write(`${line}
`)});switch(outcome.kind){case"missing":throw new AuthError("auth_unavailable",`No way to sign in: ${binary} does not ex\
ist.`,{hint:"set ARKOR_AUTH_BIN to the arkor-auth executable, or unset it and set ARKOR_TOKEN"});case"failed":throw new AuthError(
"auth_failed",outcome.message,{hint:outcome.hint});case"done":{const output=parseTokenOutput(outcome.stdout);if(output!==
void 0)return output;throw new AuthError("auth_failed",`${binary} printed something other than a token.`,{hint:"arkor-au\
th and the arkor package may be of different releases"})}}}function unlessIdentityChanged(error){if(error instanceof AuthError&&
error.code==="identity_changed")throw error}import{createHash as createHash4}from"node:crypto";import{createReadStream as createReadStream2}from"node:fs";import{stat}from"node:fs/promises";
import{basename,extname as extname2}from"node:path";var contentTypes={jsonl:"application/x-ndjson",json:"application/json",csv:"text/csv",parquet:"application/vnd.apache.pa\
rquet"};async function checkDatasets(input,cwd,signal){const{dataset,evalDataset}=input;const heldOut=heldOutOf(dataset,
evalDataset);if(!isLocal(dataset))return void 0;const train=await checkContent(await contentOf(dataset,cwd),signal);if(heldOut===
void 0)return{train,held:void 0};return{train,held:await checkContent(await contentOf(heldOut,cwd),signal)}}function heldOutOf(dataset,evalDataset){
const evalPath=dataset.type==="file"?dataset.evalPath:void 0;if(evalDataset===void 0){if(dataset.type!=="file"||evalPath===
void 0)return void 0;return{type:"file",path:evalPath,format:dataset.format}}if(evalPath!==void 0){throw new DatasetError(
"dataset_invalid","The trainer has held-out samples twice: evalPath and evalDataset.",{hint:"drop one of them"})}if(isLocal(
dataset)&&isLocal(evalDataset))return evalDataset;const type=isLocal(dataset)?evalDataset.type:dataset.type;throw new DatasetError(
"dataset_not_local",`Held-out samples cannot go with a ${type} dataset.`,{hint:'both have to be files or rows of this ma\
chine: { type: "file", path: "data/heldout.jsonl" }'})}async function contentOf(source,cwd){const name=nameOf(source);const common={
name,noSamples:()=>noSamples(source)};if(source.type==="rows"||source.parts!==void 0){checkReadable(source,cwd);const filename=`${basename(
name,extname2(name))}.jsonl`;const read2=signal=>toBytes(readSamples(source,cwd,signal));return{...common,filename,format:"\
jsonl",size:void 0,read:read2}}const path=pathOf(name,cwd);const format=source.format??formatOf(path);if(format===void 0||
!Object.hasOwn(contentTypes,format)){const what=source.format??(extname2(path)||"no extension");throw new DatasetError("\
dataset_invalid",`Dataset ${name}: unknown format (${what}).`,{hint:`name one with \`format\`: ${Object.keys(contentTypes).
join(", ")}`})}const size=await sizeOf(path,name,cwd);const read=signal=>createReadStream2(path,{signal});return{...common,
filename:basename(path),format,size,read}}async function checkContent(content,signal){const{name,filename,format}=content;
const checker=format==="jsonl"?new LineChecker:void 0;const hash=createHash4("sha256");let size=0;try{for await(const bytes of content.
read(signal)){hash.update(bytes);size+=bytes.length;if(checker?.push(bytes)!==void 0)break}}catch(cause){signal?.throwIfAborted();
throw cause instanceof DatasetError?cause:unreadable(name,cause)}const problem=checker?.end();if(problem!==void 0)throw badLine(
name,problem);if(checker?.samples===0)throw content.noSamples();if(content.size!==void 0&&size!==content.size)throw changed(
name);const sha256=hash.digest("hex");const open2=()=>toStream(sameBytes(content,size,sha256));return{name,upload:{size,
sha256,filename,contentType:contentTypes[format],open:open2}}}var chunkBytes=64*1024;async function*toBytes(lines){const encoder=new TextEncoder;
let chunk="";for await(const{text}of lines){chunk+=`${text}
`;if(chunk.length<chunkBytes)continue;yield encoder.encode(chunk);chunk=""}if(chunk!=="")yield encoder.encode(chunk)}async function sizeOf(path,name,cwd){
let stats;try{stats=await stat(path)}catch(cause){if(cause.code!=="ENOENT")throw unreadable(name,cause);throw new DatasetError(
"dataset_not_found",`Dataset ${name} does not exist.`,{hint:`paths are relative to the project, ${cwd}`})}if(!stats.isFile()){
throw new DatasetError("dataset_invalid",`Dataset ${name} is not a file.`)}if(stats.size===0)throw new DatasetError("dat\
aset_invalid",`Dataset ${name} is empty.`);return stats.size}async function*sameBytes(content,size,sha256){const{name}=content;
const hash=createHash4("sha256");let total=0;let held;for await(const chunk of content.read()){if(held!==void 0)yield held;
held=chunk;hash.update(held);total+=held.length;if(total>size)throw changed(name)}if(total!==size||hash.digest("hex")!==
sha256)throw changed(name);if(held!==void 0)yield held}function changed(name){return new DatasetError("dataset_changed",
`Dataset ${name} changed while it was being uploaded.`,{hint:"start again when nothing writes to it any more"})}function toStream(chunks){
return new ReadableStream({async pull(controller){const next=await chunks.next();if(next.done)controller.close();else controller.
enqueue(next.value)},async cancel(){await chunks.return(void 0)}})}async function uploadDataset(dataset,client,scope,offer,signal){const{train,held}=dataset;const files=held===void 0?[train]:
[train,held];if(offer?.datasetTypes!==void 0&&!offer.datasetTypes.includes("file")){throw uploadUnsupported(train.name)}
const limit=offer?.limits.maxDatasetBytes??Number.POSITIVE_INFINITY;for(const{name,upload}of files){if(upload.size>limit)
throw tooLarge(name,`it has ${upload.size} bytes, the limit is ${limit}`)}const datasetId=await ensure(train,client,scope,
signal);if(held===void 0)return{type:"file",datasetId};return{type:"file",datasetId,evalDatasetId:await ensure(held,client,
scope,signal)}}async function ensure(file,client,scope,signal){const id=`sha256:${file.upload.sha256}`;if(await client.hasDataset(
id,scope,{signal}))return id;for(let repeated=false;;repeated=true){try{return(await client.uploadDataset(file.upload,scope,
{signal})).datasetId}catch(error){if(signal?.aborted)throw error;const reason=datasetErrorIn(error);if(reason!==void 0)throw reason;
if(error instanceof CloudApiError)throw explain(error,file.name);if(error instanceof ArkorError||repeated)throw error}}}
function datasetErrorIn(error){for(let at=error;at instanceof Error;at=at.cause){if(at instanceof DatasetError)return at}
return void 0}function explain(error,name){if(isNotOffered(error))return uploadUnsupported(name);if(error.code==="digest\
_mismatch")return changed(name);if(error.status===413)return tooLarge(name,error.message);return error}function tooLarge(name,why){
return new DatasetError("dataset_too_large",`Dataset ${name} is too large for this backend: ${why}.`)}function uploadUnsupported(name){
return new DatasetError("dataset_upload_unsupported",`Dataset ${name} cannot be uploaded: this backend takes no files.`,
{hint:'use a dataset of type "blob" (an https address) or "huggingface" (a name), or the local backend'})}var maxRepeats=2;async function submit(submission){const prepared=await prepare(submission);if(prepared.additions)await refuseBadRun(
submission,prepared);submission.onCreate();return await create(submission,prepared)}async function preview(submission){const{
client,scope,config,files}=await prepare(submission);return await askForPreview(client,scope,config,files,submission.input.
abortSignal)}async function prepare(submission){const{input,config,cwd}=submission;const{dataset,abortSignal:signal}=input;
signal?.throwIfAborted();if(dataset?.type===void 0){throw new DatasetError("dataset_invalid","The trainer has no dataset\
.",{hint:'for a file: dataset: { type: "file", path: "data/train.jsonl" }'})}const files=await checkDatasets(input,cwd,signal);
const{client,scope}=await submission.connect();signal?.throwIfAborted();const offer=await askForModels(client);const list=offer===
"unknown"?void 0:offer;if(list!==void 0)await submission.onModels(list);if(offer!=="unknown")checkModelOffered(input.model,
offer);const datasetSource=files!==void 0?await uploadDataset(files,client,scope,list,signal):dataset;signal?.throwIfAborted();
return{client,scope,config:{...config,datasetSource},files,additions:list!==void 0}}var patienceMs=3e4;async function refuseBadRun(submission,prepared){
const{client,scope,config,files}=prepared;const user=submission.input.abortSignal;const patience=new AbortController;const stop=()=>patience.
abort();const timer=setTimeout(stop,patienceMs);user?.addEventListener("abort",stop,{once:true});let answer;try{answer=await askForPreview(
client,scope,config,files,patience.signal)}catch{return}finally{clearTimeout(timer);user?.removeEventListener("abort",stop);
user?.throwIfAborted()}if(answer.preview===void 0)return;submission.onPreview(answer.preview);const[first2]=answer.preview.
refusals;if(first2!==void 0)throw refusal(first2)}async function askForModels(client){return await client.listModels().catch(
()=>"unknown")}async function create(submission,{client,scope,config,additions}){const{input,idempotencyKey,clock,timing}=submission;
for(let repeats=0;;repeats++){try{const request={...scope,name:input.name,config};return(await client.createJob(request,
{idempotencyKey})).job}catch(error){if(!additions||repeats===maxRepeats||!mayBeRepeated(error))throw error;await clock.sleep(
reconnectDelay(timing,repeats,clock.random()))}}}function mayBeRepeated(error){if(error instanceof CloudApiError)return error.
code==="idempotency_in_progress";return!(error instanceof ArkorError)}var typeOfCallback={onStarted:"started",onLog:"log",onCheckpoint:"checkpoint",onCompleted:"completed",onFailed:"failed",
onCancelled:"cancelled"};function toTrainerEvent(run,payload){if(run===void 0)return{type:"unknown",name:String(payload["\
type"]??""),data:payload};return{type:typeOfCallback[run.name],...run.argument}}var Run=class{#input;#context;#cwd;#config;#clock;#timing;#idempotencyKey=randomUUID3();#observers=new Set;#pump;#position={
lastEventId:void 0};#evals;#connection;#starting;#waiting;#job;#asked=false;#abandoned=false;#step=0;#result;constructor(input,context){
this.#input=input;this.#context=context;this.#cwd=context.cwd??process7.cwd();this.#config=openJobConfig(input);this.#clock=
context.clock??systemClock;this.#timing={initialMs:context.reconnectDelayMs??defaultTiming.initialMs,maxMs:context.maxReconnectDelayMs??
defaultTiming.maxMs};this.#pump=new Pump({read:signal=>this.#follow(signal),signal:()=>this.#input.abortSignal})}async start(){
return{jobId:(await this.#started()).id}}wait(){this.#waiting??=this.#pump.wait().catch(error=>{this.#waiting=void 0;throw error});
return this.#waiting}events(signal){return this.#pump.events(signal)}async cancel(){await this.#starting?.catch(()=>void 0);
if(this.#job===void 0)return;const{client,scope}=await this.#connect();await client.cancelJob(this.#job.id,scope)}abandon(){
this.#abandoned=true;return!this.#asked}observe(observer){this.#observers.add(observer);return()=>this.#observers.delete(
observer)}attach({evals}){this.#evals=new EvalRunner(evals)}override(changes){if(this.#starting!==void 0)return false;this.#config=
{...this.#config,...changes};return true}#started(){this.#starting??=this.#submit().catch(error=>{this.#starting=void 0;
throw error});return this.#starting}async#submit(){this.#input.abortSignal?.throwIfAborted();await this.#evals?.load();this.#job=
await submit(this.#submission());return this.#job}describe(){return describe(this.#input,this.#config,this.#cwd)}preview(){
return preview(this.#submission())}#submission(){return{input:this.#input,config:this.#config,cwd:this.#cwd,connect:()=>this.#connect(),
onModels:async offer=>{if(this.#evals!==void 0)await writeModelTypes(this.#cwd,offer).catch(()=>void 0)},idempotencyKey:this.#idempotencyKey,
clock:this.#clock,timing:this.#timing,onPreview:preview2=>this.#notify({type:"preview",preview:preview2}),onCreate:()=>{
if(this.#abandoned)throw new Error("abandoned before there was a job");this.#asked=true}}}#connect(){this.#connection??=
this.#open().catch(error=>{this.#connection=void 0;throw error});return this.#connection}async#open(){const{baseUrl,credentials,
env=process7.env}=this.#context;const now=()=>this.#clock.now();const session=await openSession({cwd:this.#cwd,env,baseUrl,
credentials,now});const client=new CloudApiClient(new Transport({source:session}));return{session,client,scope:await session.
scope()}}async#follow(signal){if(this.#result!==void 0)return this.#result;let job=this.#job??await this.#started();const{
jobsAhead}=job;if(typeof jobsAhead==="number"&&jobsAhead>0)this.#notify({type:"queued",jobsAhead});const connection=await this.#connect();
const{session,client,scope}=connection;const apply=async(effect,payload)=>{job=effect.job;await this.#apply(effect,payload,
connection,signal);return effect.final};await follow({open:lastEventId=>client.openEventStream(job.id,scope,{lastEventId,
signal}),onEvent:payload=>apply(applyEvent(job,payload),payload),onEnd:async data=>{const named=endStatus(data);if(named!==
void 0&&!isFinal(named))return false;const ask=named===void 0||named==="failed";const server=ask?await client.getJob(job.
id,scope).then(({job:job2})=>job2,()=>void 0):void 0;const status=server?.status??named;if(status===void 0)return true;if(!isFinal(
status))return false;const{completedAt=null,error}=server??{};const payload={type:`training.${status}`,jobId:job.id,error};
return await apply(finish({...job,...server},status,completedAt,payload),payload)},onFailure:async({attempt,delayMs,error})=>{
this.#notify({type:"reconnecting",attempt,delayMs,error});this.#pump.publish({type:"reconnecting",attempt,delayMs,error});
if(!(error instanceof ArkorError))await session.unreachable()},position:this.#position,timing:this.#timing,maxFailures:this.#context.
maxReconnectAttempts,clock:this.#clock,signal});return this.#result??{job,artifacts:[]}}async#apply(effect,payload,connection,signal){
const{job,dispatch,final}=effect;this.#job=job;if(final){const artifacts=dispatch?.name==="onCompleted"?dispatch.argument.
artifacts:[];this.#result={job,artifacts}}if(dispatch?.name==="onLog"||dispatch?.name==="onCheckpoint"){this.#step=Math.
max(this.#step,dispatch.argument.step)}const run=withInfer(dispatch,connection);try{if(run!==void 0)await this.#input.callbacks?.[run.
name]?.(run.argument);if(run?.name==="onCompleted"){const step=numberOrNull(asRecord(payload["metrics"])?.["finalStep"])??
this.#step;await this.#measure({job,step,last:true},connection,signal)}this.#notify(payload)}finally{this.#pump.publish(
toTrainerEvent(run,payload))}if(run?.name==="onCheckpoint"){await this.#measure({job,step:run.argument.step,last:false},
connection,signal)}}async#measure(point,connection,signal){if(this.#evals===void 0)return;const{job,step,last}=point;const kind=last?
"final":"checkpoint";const adapter=last?{kind:"final",jobId:job.id}:{kind:"checkpoint",jobId:job.id,step};const infer=inferFrom(
connection,adapter,signal);for await(const{known,...report}of this.#evals.run({...point,infer,signal})){if(!known)await this.#tell(
report,job);await keepEval(connection,job,{kind,step},report);const decides=last&&this.#config.dryRun!==true;if(decides&&
report.result.passed===false)this.#notify({...report.result,type:"threshold.missed"})}}async#tell(report,job){process7.stderr.
write(`${describeEval(report)}
`);await recordEval(this.#cwd,job.id,report.result).catch(error=>{process7.stderr.write(`arkor: warning: the result cann\
ot be kept: ${String(error)}
`)});this.#notify({...report.result});this.#pump.publish(report.result)}async get(path,query){const{client,scope}=await this.#connect();
return await client.get(path,scope,query)}async evaluate({eval:one,job,model,step,target,signal,...options}){const samples=await samplesOf(
one);const connection=await this.#connect();const report=await measure(one,samples,{job,step,signal,infer:inferFrom(connection,
model,signal)},options);await keepEval(connection,job,target,report);return report}#notify(payload){for(const observer of this.#observers){
try{observer({...payload,type:String(payload["type"])})}catch{}}}};function inferFrom({client,scope},model,signal){return args=>client.
chat({scope,body:inferBody(args,model),signal:args.signal??signal})}function withInfer(dispatch,connection){if(dispatch?.
name!=="onCheckpoint")return dispatch;const infer=inferFrom(connection,dispatch.argument.adapter);return{name:dispatch.name,
argument:{...dispatch.argument,infer}}}var observe=Symbol.for("arkor.trainer.observe");var attach=Symbol.for("arkor.trainer.attach");var previewSymbol=Symbol.for(
"arkor.trainer.preview");var describeSymbol=Symbol.for("arkor.trainer.describe");var evaluateSymbol=Symbol.for("arkor.tr\
ainer.evaluate");var getSymbol=Symbol.for("arkor.trainer.get");var abandon=Symbol.for("arkor.trainer.abandon");var override=Symbol.
for("arkor.trainer.override");function createTrainer(input,context={}){checkModelName(input.model);const run=new Run(input,
context);return{name:input.name,start:()=>run.start(),wait:()=>run.wait(),cancel:()=>run.cancel(),events:({signal}={})=>run.
events(signal),[describeSymbol]:()=>run.describe(),[previewSymbol]:()=>run.preview(),[observe]:observer=>run.observe(observer),
[attach]:attachment=>run.attach(attachment),[getSymbol]:(path,query)=>run.get(path,query),[evaluateSymbol]:question=>run.
evaluate(question),[abandon]:()=>run.abandon(),[override]:changes=>run.override(changes)}}import process8 from"node:process";function defineDataset(source,options={}){const{parse}=options;const split=(fraction,seed)=>{checkSplit(fraction,seed);checkReadable(
source,process8.cwd());if(source.type==="file"&&source.evalPath!==void 0){throw new DatasetError("dataset_invalid",`Data\
set ${source.path} cannot be split: it names held-out samples, evalPath.`,{hint:"drop evalPath, or do without the split"})}
const part=side=>defineDataset({...source,parts:[...source.parts??[],{fraction,seed,side}]},options);return[part("first"),
part("second")]};async function*samples(){for await(const{line,value}of readSamples(source,process8.cwd())){const sample=source.
type==="rows"?source.rows[line-1]:value;yield parse===void 0?sample:parseLine(sample,line,parse,nameOf(source))}}const dataset=Object.
defineProperty({...source},"samples",{value:samples});if(!("split"in source))Object.defineProperty(dataset,"split",{value:split});
return Object.freeze(dataset)}function parseLine(value,line,parse,name){try{return parse(value,line)}catch(cause){const message=cause instanceof
Error?cause.message:String(cause);throw new DatasetError("dataset_invalid",`${name}:${line}: ${message}`,{cause})}}function defineEval(input){const{name,limit,threshold,schema,score}=input;if(typeof name!=="string"||name.trim()===""){throw new TypeError(
"An eval needs a name, a non-empty string.")}const refuse=problem=>new TypeError(`Eval ${JSON.stringify(name)}: ${problem}\
.`);if(limit!==void 0&&!(Number.isInteger(limit)&&limit>0)){throw new TypeError(`The limit of eval ${JSON.stringify(name)}\
 is a number of samples, not ${String(limit)}.`)}if(threshold!==void 0&&!Number.isFinite(threshold)){throw refuse(`the t\
hreshold is a finite number, not ${String(threshold)}`)}if(typeof score==="function"===(schema!==void 0))throw refuse("g\
ive either score, a function, or schema");if(schema!==void 0)compileSchema(schema);return Object.freeze({...input})}import{existsSync}from"node:fs";import{mkdir as mkdir4,mkdtemp,readdir,rm as rm3}from"node:fs/promises";import{extname as extname3,
join as join6,resolve as resolve3}from"node:path";import process9 from"node:process";import{pathToFileURL}from"node:url";var buildTimeoutMs=12e4;async function runTrainer(file="src/arkor/index.ts"){const entry=resolve3(file);if(!existsSync(entry)){
throw new EntryError("entry_not_found",`Training entry not found: ${entry}. Provide a path or create src/arkor/index.ts.`)}
if(![".ts",".mts",".cts",".tsx"].includes(extname3(entry))){return await runModule(entry)}const project=resolve3(".arkor");
await mkdir4(project,{recursive:true});await removeAbandoned(project);const folder=await mkdtemp(join6(project,`run-${process9.
pid}-`));try{await runModule(await build(entry,folder))}finally{await rm3(folder,{recursive:true,force:true})}}async function removeAbandoned(project){
for(const name of await readdir(project)){const owner=/^run-(\d+)-/.exec(name)?.[1];if(owner===void 0||isAlive(Number(owner)))
continue;await rm3(join6(project,name),{recursive:true,force:true}).catch(()=>void 0)}}function isAlive(pid){try{return process9.
kill(pid,0)}catch(error){return error.code==="EPERM"}}async function runModule(path){const module=await import(pathToFileURL(
path).href);const trainer=findTrainer(module);if(trainer===void 0){throw new EntryError("entry_no_trainer","Training ent\
ry must export `arkor` (from createArkor({...})) or `trainer` (from createTrainer({...})), or default-export one of them\
.")}attachEvals(trainer,findEvals(module));const{jobId}=await trainer.start();process9.stdout.write(`Started job ${oneLine(
String(jobId))}
`);const{job}=await trainer.wait();process9.stdout.write(`Job ${oneLine(String(job.id))} finished with status=${oneLine(
String(job.status))}
`)}function findTrainer(module){const{arkor,trainer,default:fallback}=module;const candidates=[isArkor(arkor)?arkor.trainer:
void 0,arkor,trainer,isArkor(fallback)?fallback.trainer:void 0,fallback,typeof fallback==="object"&&fallback!==null&&"tr\
ainer"in fallback?fallback.trainer:void 0];return candidates.find(isTrainer)}function findEvals(module){const manifests=[
module["arkor"],module["default"]].filter(isArkor);const found=manifests.find(manifest=>manifest.eval!==void 0)?.eval;return found===
void 0?[]:Array.isArray(found)?found:[found]}function attachEvals(trainer,evals){const method=trainer[attach];if(typeof method===
"function")method.call(trainer,{evals});else if(evals.length>0)process9.stderr.write(`arkor: warning: ${cannotEvaluate}
`)}var cannotEvaluate="the evals are left out: this trainer is not one that createTrainer of this release makes";function isTrainer(value){
if(typeof value!=="object"||value===null)return false;const methods=value;return["start","wait","cancel"].every(name=>typeof methods[name]===
"function")}async function build(entry,folder){const path=findBinary("arkor-build","ARKOR_BUILD_BIN",process9.env,process9.
env["ARKOR_AUTH_BIN"]);const outcome=path===void 0?{kind:"missing"}:await runBinary({path,args:["build",entry,"--out-dir",
folder],cwd:process9.cwd(),timeoutMs:buildTimeoutMs,stderr:line=>process9.stderr.write(`${line}
`)});switch(outcome.kind){case"done":return join6(folder,"index.mjs");case"failed":throw new EntryError("entry_build_fai\
led",`${entry} cannot be built: ${outcome.message}`,{hint:outcome.hint});case"missing":throw new EntryError("entry_build\
_failed",`${entry} is TypeScript and arkor-build is missing.`,{hint:"install arkor-build, or bundle the entry yourself a\
nd pass the .mjs file"})}}var maxAnswerBytes2=1024*1024;var maxReason=500;async function requestAnonymousToken(baseUrl,kind="cli"){const response=await fetch(
`${baseUrl.replace(/\/+$/,"")}/v1/auth/anonymous`,{method:"POST",headers:{"Content-Type":"application/json","X-Arkor-Cli\
ent":`arkor/${version}`},body:JSON.stringify({kind}),redirect:"manual"});reportDeprecation(response.headers);if(!response.
ok){const text2=await readText(response,maxAnswerBytes2).then(({text:text3})=>text3,()=>"");const reason=response.status===
426?upgradeMessage(text2,ourUpgradeCommand()):[...text2].slice(0,maxReason).join("");throw new AnonymousTokenRejectedError(
response.status,`Failed to acquire anonymous token (${response.status}): ${reason}`)}const{text}=await readText(response,
maxAnswerBytes2);const fields=asRecord(parseJson(text));const token=fields?.["token"];const anonymousId=asString(fields?.["\
anonymousId"]);const orgSlug=asString(asRecord(fields?.["personalOrg"])?.["slug"]);if(!isToken(token)||!anonymousId||!orgSlug){
throw new ResponseShapeError("unexpected answer to POST /v1/auth/anonymous: token, anonymousId or personalOrg.slug is mi\
ssing or unusable")}const named=fields?.["kind"];return{token,anonymousId,kind:named==="cli"||named==="web"?named:kind,orgSlug}}import{mkdir as mkdir5,readFile as readFile4,realpath,rename as rename4}from"node:fs/promises";import{homedir}from"node:os";
import{dirname as dirname3,join as join7}from"node:path";function credentialsPath(){return join7(homedir(),".arkor","credentials.json")}async function readCredentials(){const found=await load(
credentialsPath());return typeof found==="string"?null:found}async function writeCredentials(credentials){if(credentials.
mode!=="oauth"&&credentials.mode!=="anon"){throw new AuthError("auth_failed",`Credentials of mode "${String(credentials.
mode)}" are never stored.`)}const path=credentialsPath();await mkdir5(dirname3(path),{recursive:true,mode:448});const corrupt=await load(
path)==="corrupt";const target=await realpath(path).catch(()=>path);if(corrupt){const aside=`${target}.corrupt-${new Date().
toISOString().replaceAll(/[-:]/g,"")}`;await rename4(target,aside);warn(`${path} could not be parsed and is being replac\
ed. Run \`arkor login\` to sign in again.`);warn(`its content is kept in ${aside}`)}await writeWhole(target,JSON.stringify(
credentials,null,2))}async function load(path){let text;try{text=await readFile4(path,"utf8")}catch(error){if(error.code===
"ENOENT")return"absent";throw error}text=text.replace(/^\ufeff/,"");const value=parseJson(text);if(text.trim()===""||value===
null)return"absent";if(value===void 0)return"corrupt";const problem=problemOf(value);if(problem===void 0)return value;throw new AuthError(
"auth_failed",`${path} cannot be used: ${problem}`,{hint:"move the file away, or remove it with `arkor logout`; then sig\
n in again"})}function problemOf(value){const fields=asRecord(value);if(fields===void 0)return"it does not hold an objec\
t";const mode=asString(fields["mode"])??"";if(mode!=="anon"&&mode!=="oauth")return`its mode ${JSON.stringify(mode)} is n\
ot known to this release`;const token=asString(fields[mode==="anon"?"token":"accessToken"]);if(!token)return"it holds no\
 token";return isToken(token)?void 0:"its token holds a character that no token has"}import process10 from"node:process";function defaultArkorCloudApiUrl(credentials){return cloudApiUrl(process10.env,credentials??void 0)}async function ensureCredentials(){
const{env}=process10;const binary=findBinary("arkor-auth","ARKOR_AUTH_BIN",env);if(binary!==void 0)return await fromBinary(
binary);const token=env["ARKOR_TOKEN"]?.trim();if(token)return{mode:"token",token};const stored=await readCredentials();
if(stored===null)return await bootstrap();const[issuedBy,wanted]=[cloudApiUrl({},stored),defaultArkorCloudApiUrl(stored)];
if(issuedBy===wanted)return stored;throw new AuthError("auth_failed",`The stored sign-in is for ${issuedBy} and goes now\
here else; ARKOR_CLOUD_API_URL says ${wanted}.`,{hint:"unset ARKOR_CLOUD_API_URL, or set ARKOR_TOKEN to a token for that\
 address"})}async function fromBinary(binary){const{token,mode,apiUrl,orgSlug}=await askForToken({cwd:process10.cwd()},binary,
[]);if(mode==="anon"||mode==="oauth"){const stored=await readCredentials();if(stored!==null&&bearer(stored)===token)return stored}
return{mode:"token",token,arkorCloudApiUrl:apiUrl,...orgSlug===null?{}:{orgSlug}}}async function bootstrap(){const arkorCloudApiUrl=defaultArkorCloudApiUrl();
const{token,anonymousId,orgSlug}=await requestAnonymousToken(arkorCloudApiUrl);const made={mode:"anon",token,anonymousId,
arkorCloudApiUrl,orgSlug};await writeCredentials(made);return made}export{AnonymousTokenRejectedError,ArkorError,AuthError,CloudApiClient,CloudApiError,DatasetError,EntryError,ProjectStateMismatchError,
ProjectStateMissingError,ResponseShapeError,SUPPORTED_MODELS,StreamError,UnsupportedModelError,createArkor,createTrainer,
credentialsPath,defaultArkorCloudApiUrl,defineDataset,defineEval,ensureCredentials,isArkor,readCredentials,readInferStream,
readState,requestAnonymousToken,runTrainer,statePath,writeCredentials,writeState};
