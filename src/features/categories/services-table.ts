/**
 * Common developer services, one a line; add yours where its like are. A test reads every line. The columns:
 *
 *   id         short and unique; `*` before it puts the service among the common ones, which show before a search
 *   name       as the service writes it
 *   icon       slug of Simple Icons, `-` where the brand is not in it
 *   color      the brand's own as #rrggbb, a darker one where white text would be lost on it
 *   variables  as the service's own documentation names them: one for a key, several for a group, and (ssh) or (json)
 *              for a file; `+` before one that people make up themselves, such as a root password
 *   kinds      what it is for, out of `GROUPS` in services.ts, with commas, the main one first
 *   aliases    what else people call it and its parts, with commas; no two services share one
 *   url        where to get such a key: its console, or its documentation
 */
export const SERVICES_TABLE = `
*openai | OpenAI | openai | #0f8a6c | OPENAI_API_KEY | ai | gpt, gpt-4, gpt-5, chatgpt, chat gpt, dall-e, whisper, sora | https://platform.openai.com/api-keys
*anthropic | Anthropic | anthropic | #191919 | ANTHROPIC_API_KEY | ai | claude, claude code | https://platform.claude.com/settings/keys
*gemini | Google Gemini | googlegemini | #8e75b2 | GEMINI_API_KEY | ai | gemini, google ai studio, google ai | https://aistudio.google.com/apikey
*mistral | Mistral AI | mistralai | #fa520f | MISTRAL_API_KEY | ai | mistral, mixtral, codestral | https://console.mistral.ai/api-keys
*deepseek | DeepSeek | deepseek | #5786fe | DEEPSEEK_API_KEY | ai | 深度求索 | https://platform.deepseek.com/api_keys
*openrouter | OpenRouter | openrouter | #94a3b8 | OPENROUTER_API_KEY | ai | | https://openrouter.ai/settings/keys
*huggingface | Hugging Face | huggingface | #ffd21e | HF_TOKEN | ai | hf | https://huggingface.co/settings/tokens
*replicate | Replicate | replicate | #000000 | REPLICATE_API_TOKEN | ai | | https://replicate.com/account/api-tokens
*elevenlabs | ElevenLabs | elevenlabs | #000000 | ELEVENLABS_API_KEY | ai, voice | eleven labs | https://elevenlabs.io/app/settings/api-keys
*stripe | Stripe | stripe | #635bff | STRIPE_SECRET_KEY STRIPE_PUBLISHABLE_KEY STRIPE_WEBHOOK_SECRET | payments | | https://dashboard.stripe.com/apikeys
*paypal | PayPal | paypal | #002991 | PAYPAL_CLIENT_ID PAYPAL_CLIENT_SECRET | payments | | https://developer.paypal.com/dashboard/applications
*lemonsqueezy | Lemon Squeezy | lemonsqueezy | #ffc233 | LEMONSQUEEZY_API_KEY | payments | | https://app.lemonsqueezy.com/settings/api
*shopify | Shopify | shopify | #7ab55c | SHOPIFY_API_KEY SHOPIFY_API_SECRET | commerce | | https://shopify.dev/docs/apps/build/authentication-authorization/client-secrets
*aws | AWS | amazonwebservices | #c25700 | AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION | cloud, storage, email, queue | amazon web services, amazon, s3, amazon s3, ses, sqs, sns, dynamodb, lambda, ec2, bedrock, cloudwatch, 亚马逊云 | https://console.aws.amazon.com/iam/home#/security_credentials
*googlecloud | Google Cloud | googlecloud | #4285f4 | (json) | cloud, storage | gcp, gcs, google cloud platform, google cloud storage, bigquery, google service account | https://console.cloud.google.com/iam-admin/serviceaccounts
*firebase | Firebase | firebase | #dd2c00 | (json) | database, auth, push | firestore, fcm | https://console.firebase.google.com
*azure | Azure | microsoftazure | #0067b8 | AZURE_TENANT_ID AZURE_CLIENT_ID AZURE_CLIENT_SECRET | cloud | microsoft azure, entra, microsoft entra, azure ad | https://portal.azure.com
*cloudflare | Cloudflare | cloudflare | #f38020 | CLOUDFLARE_API_TOKEN | cdn, hosting | cf, cloudflare workers | https://dash.cloudflare.com/profile/api-tokens
*digitalocean | DigitalOcean | digitalocean | #0080ff | DIGITALOCEAN_ACCESS_TOKEN | cloud, hosting | | https://cloud.digitalocean.com/account/api/tokens
*hetzner | Hetzner | hetzner | #d50c2d | HCLOUD_TOKEN | cloud, hosting | hetzner cloud, hcloud | https://console.hetzner.cloud
*vercel | Vercel | vercel | #000000 | VERCEL_TOKEN | hosting | | https://vercel.com/account/tokens
*netlify | Netlify | netlify | #00c7b7 | NETLIFY_AUTH_TOKEN | hosting | | https://app.netlify.com/user/applications
*flyio | Fly.io | flydotio | #24175b | FLY_API_TOKEN | hosting | fly | https://fly.io/user/personal_access_tokens
*railway | Railway | railway | #0b0d0e | RAILWAY_API_TOKEN | hosting | | https://railway.com/account/tokens
*postgresql | PostgreSQL | postgresql | #4169e1 | DATABASE_URL | database | postgres, pg, psql | https://www.postgresql.org/docs/current/libpq-connect.html
*mysql | MySQL | mysql | #4479a1 | MYSQL_URL | database | | https://dev.mysql.com/doc/refman/en/connecting-using-uri-or-key-value-pairs.html
*mongodb | MongoDB | mongodb | #47a248 | MONGODB_URI | database | mongo, mongodb atlas, atlas | https://cloud.mongodb.com
*redis | Redis | redis | #ff4438 | REDIS_URL | cache, queue | | https://cloud.redis.io
*supabase | Supabase | supabase | #3fcf8e | SUPABASE_URL SUPABASE_ANON_KEY SUPABASE_SERVICE_ROLE_KEY | database, auth, storage | | https://supabase.com/dashboard/project/_/settings/api-keys
*upstash | Upstash | upstash | #00e9a3 | UPSTASH_REDIS_REST_URL UPSTASH_REDIS_REST_TOKEN | cache, queue | upstash redis | https://console.upstash.com
*turso | Turso | turso | #4ff8d2 | TURSO_DATABASE_URL TURSO_AUTH_TOKEN | database | libsql | https://app.turso.tech
*backblaze | Backblaze B2 | backblaze | #e21e29 | B2_APPLICATION_KEY_ID B2_APPLICATION_KEY | storage | backblaze, b2 | https://secure.backblaze.com/app_keys.htm
*github | GitHub | github | #181717 | GITHUB_TOKEN | code, ci | gh, github actions, ghcr | https://github.com/settings/tokens
*gitlab | GitLab | gitlab | #fc6d26 | GITLAB_TOKEN | code, ci | | https://gitlab.com/-/user_settings/personal_access_tokens
*npm | npm | npm | #cb3837 | NPM_TOKEN | packages | npmjs | https://www.npmjs.com/settings/~/tokens
*docker | Docker Hub | docker | #2496ed | DOCKERHUB_USERNAME DOCKERHUB_TOKEN | packages | docker, dockerhub, docker registry | https://app.docker.com/settings/personal-access-tokens
*ssh | SSH key | - | #2f5d50 | (ssh) | ssh | ssh, deploy key | https://docs.github.com/authentication/connecting-to-github-with-ssh
*sentry | Sentry | sentry | #362d59 | SENTRY_AUTH_TOKEN | monitoring | sentry dsn | https://sentry.io/settings/auth-tokens/
*datadog | Datadog | datadog | #632ca6 | DD_API_KEY DD_APP_KEY | monitoring, logs | | https://app.datadoghq.com/organization-settings/api-keys
*posthog | PostHog | posthog | #000000 | POSTHOG_API_KEY | analytics, flags | | https://us.posthog.com/settings/project
*resend | Resend | resend | #000000 | RESEND_API_KEY | email | | https://resend.com/api-keys
*mailgun | Mailgun | mailgun | #f06b66 | MAILGUN_API_KEY MAILGUN_DOMAIN | email | | https://app.mailgun.com/settings/api_security
*sendgrid | SendGrid | sendgrid | #1a6fb5 | SENDGRID_API_KEY | email | twilio sendgrid | https://app.sendgrid.com/settings/api_keys
*twilio | Twilio | twilio | #d3203a | TWILIO_ACCOUNT_SID TWILIO_AUTH_TOKEN | sms | | https://console.twilio.com
*slack | Slack | slack | #4a154b | SLACK_BOT_TOKEN | chat | slack bot | https://api.slack.com/apps
*discord | Discord | discord | #5865f2 | DISCORD_TOKEN | chat | discord bot | https://discord.com/developers/applications
*telegram | Telegram | telegram | #26a5e4 | TELEGRAM_BOT_TOKEN | chat | telegram bot, tg bot, 电报, телеграм, телеграмм | https://core.telegram.org/bots#how-do-i-create-a-bot
*clerk | Clerk | clerk | #6c47ff | CLERK_PUBLISHABLE_KEY CLERK_SECRET_KEY | auth | | https://dashboard.clerk.com/last-active?path=api-keys
*auth0 | Auth0 | auth0 | #eb5424 | AUTH0_DOMAIN AUTH0_CLIENT_ID AUTH0_CLIENT_SECRET | auth | okta auth0 | https://manage.auth0.com/dashboard
*algolia | Algolia | algolia | #003dff | ALGOLIA_APP_ID ALGOLIA_API_KEY | search | | https://dashboard.algolia.com/account/api-keys
*notion | Notion | notion | #000000 | NOTION_TOKEN | docs | | https://www.notion.so/profile/integrations
*mapbox | Mapbox | mapbox | #000000 | MAPBOX_ACCESS_TOKEN | maps | | https://console.mapbox.com/account/access-tokens
*cloudinary | Cloudinary | cloudinary | #3448c5 | CLOUDINARY_CLOUD_NAME CLOUDINARY_API_KEY CLOUDINARY_API_SECRET | media, storage | | https://console.cloudinary.com/settings/api-keys
groq | Groq | - | #f55036 | GROQ_API_KEY | ai | | https://console.groq.com/keys
xai | xAI | x | #000000 | XAI_API_KEY | ai | grok, x.ai | https://console.x.ai
cohere | Cohere | - | #39594d | CO_API_KEY | ai | command r | https://dashboard.cohere.com/api-keys
perplexity | Perplexity | perplexity | #1fb8cd | PERPLEXITY_API_KEY | ai, search | sonar | https://www.perplexity.ai/settings/api
together | Together AI | - | #0f6fff | TOGETHER_API_KEY | ai | together.ai, togetherai | https://api.together.ai/settings/api-keys
fireworks | Fireworks AI | - | #5019c5 | FIREWORKS_API_KEY | ai | fireworks, fireworks.ai | https://app.fireworks.ai/settings/users/api-keys
cerebras | Cerebras | - | #f15a29 | CEREBRAS_API_KEY | ai | | https://cloud.cerebras.ai
fal | fal | - | #ec0648 | FAL_KEY | ai, media | fal.ai | https://fal.ai/dashboard/keys
stability | Stability AI | - | #7c3aed | STABILITY_API_KEY | ai, media | stability, stable diffusion | https://platform.stability.ai/account/keys
deepgram | Deepgram | deepgram | #101014 | DEEPGRAM_API_KEY | ai, voice | | https://console.deepgram.com
assemblyai | AssemblyAI | - | #2545d3 | ASSEMBLYAI_API_KEY | ai, voice | assembly ai | https://www.assemblyai.com/app/api-keys
azureopenai | Azure OpenAI | microsoftazure | #0067b8 | AZURE_OPENAI_API_KEY AZURE_OPENAI_ENDPOINT | ai | azure open ai, azure ai foundry | https://ai.azure.com
dashscope | Alibaba Model Studio | alibabacloud | #ff6a00 | DASHSCOPE_API_KEY | ai | dashscope, qwen, tongyi, 通义千问, 通义, 百炼 | https://bailian.console.alibabacloud.com
moonshot | Moonshot AI | moonshotai | #16191e | MOONSHOT_API_KEY | ai | moonshot, kimi, 月之暗面 | https://platform.moonshot.ai/console/api-keys
zhipu | Zhipu AI | - | #3859ff | ZHIPUAI_API_KEY | ai | zhipu, glm, chatglm, bigmodel, 智谱 | https://open.bigmodel.cn/usercenter/apikeys
minimax | MiniMax | minimax | #e73562 | MINIMAX_API_KEY | ai | | https://platform.minimax.io/user-center/basic-information/interface-key
langsmith | LangSmith | langchain | #1c3c3c | LANGSMITH_API_KEY | monitoring | langchain | https://smith.langchain.com/settings
langfuse | Langfuse | - | #0a60b5 | LANGFUSE_PUBLIC_KEY LANGFUSE_SECRET_KEY LANGFUSE_BASE_URL | monitoring | | https://cloud.langfuse.com
helicone | Helicone | - | #0da5e8 | HELICONE_API_KEY | monitoring | | https://us.helicone.ai/settings/api-keys
nvidia | NVIDIA | nvidia | #4d7a00 | NVIDIA_API_KEY | ai | nvidia nim | https://build.nvidia.com/settings/api-keys
ollama | Ollama | ollama | #000000 | OLLAMA_API_KEY | ai | | https://ollama.com/settings/keys
vercelaigateway | Vercel AI Gateway | vercel | #000000 | AI_GATEWAY_API_KEY | ai | ai gateway | https://vercel.com/docs/ai-gateway/authentication-and-byok/authentication
runpod | Runpod | - | #5d29f0 | RUNPOD_API_KEY | ai, cloud | | https://console.runpod.io/user/settings
wandb | Weights & Biases | weightsandbiases | #b87f00 | WANDB_API_KEY | ai, monitoring | wandb | https://wandb.ai/authorize
voyage | Voyage AI | - | #012e33 | VOYAGE_API_KEY | ai | voyageai | https://dashboard.voyageai.com
jina | Jina AI | - | #009191 | JINA_API_KEY | ai | jina | https://jina.ai/api-dashboard
tavily | Tavily | - | #2457e6 | TAVILY_API_KEY | search | | https://app.tavily.com
exa | Exa | - | #1f40ed | EXA_API_KEY | search | exa.ai | https://dashboard.exa.ai/api-keys
serpapi | SerpApi | - | #2f6f3e | SERPAPI_API_KEY | search | serp | https://serpapi.com/manage-api-key
bravesearch | Brave Search | brave | #fb542b | BRAVE_API_KEY | search | brave | https://api-dashboard.search.brave.com
firecrawl | Firecrawl | - | #fa5d19 | FIRECRAWL_API_KEY | scraping | | https://www.firecrawl.dev/app/api-keys
apify | Apify | - | #246dff | APIFY_TOKEN | scraping | | https://console.apify.com/settings/integrations
browserbase | Browserbase | - | #f03603 | BROWSERBASE_API_KEY BROWSERBASE_PROJECT_ID | scraping | | https://www.browserbase.com/settings
pinecone | Pinecone | - | #1b17f5 | PINECONE_API_KEY | vectors | | https://app.pinecone.io
qdrant | Qdrant | qdrant | #dc244c | QDRANT_URL QDRANT_API_KEY | vectors | | https://cloud.qdrant.io
weaviate | Weaviate | - | #3aa700 | WEAVIATE_URL WEAVIATE_API_KEY | vectors | | https://console.weaviate.cloud
milvus | Zilliz Cloud | milvus | #00a1ea | ZILLIZ_CLOUD_URI ZILLIZ_CLOUD_API_KEY | vectors | zilliz, milvus | https://cloud.zilliz.com
paddle | Paddle | paddle | #b58900 | PADDLE_API_KEY | payments | | https://vendors.paddle.com/authentication-v2
polar | Polar | - | #0062ff | POLAR_ACCESS_TOKEN | payments | polar.sh | https://polar.sh/dashboard
square | Square | square | #3e4348 | SQUARE_ACCESS_TOKEN | payments | | https://developer.squareup.com/apps
braintree | Braintree | braintree | #1b1b1b | BRAINTREE_MERCHANT_ID BRAINTREE_PUBLIC_KEY BRAINTREE_PRIVATE_KEY | payments | | https://www.braintreegateway.com/login
adyen | Adyen | adyen | #0abf53 | ADYEN_API_KEY ADYEN_MERCHANT_ACCOUNT | payments | | https://ca-test.adyen.com
mollie | Mollie | - | #000000 | MOLLIE_API_KEY | payments | | https://my.mollie.com/dashboard/developers/api-keys
razorpay | Razorpay | razorpay | #0c2451 | RAZORPAY_KEY_ID RAZORPAY_KEY_SECRET | payments | | https://dashboard.razorpay.com/app/website-app-settings/api-keys
mercadopago | Mercado Pago | mercadopago | #00b1ea | MERCADOPAGO_ACCESS_TOKEN | payments | | https://www.mercadopago.com/developers/panel/app
paystack | Paystack | - | #011b33 | PAYSTACK_SECRET_KEY PAYSTACK_PUBLIC_KEY | payments | | https://dashboard.paystack.com/#/settings/developers
flutterwave | Flutterwave | - | #f5a623 | FLW_PUBLIC_KEY FLW_SECRET_KEY | payments | | https://dashboard.flutterwave.com/settings/apis
alipay | Alipay | alipay | #1677ff | ALIPAY_APP_ID ALIPAY_PRIVATE_KEY | payments | 支付宝 | https://open.alipay.com
wechatpay | WeChat Pay | wechat | #07c160 | WECHAT_PAY_MCH_ID WECHAT_PAY_API_V3_KEY | payments | wechatpay, 微信支付 | https://pay.weixin.qq.com
revenuecat | RevenueCat | revenuecat | #f25a5a | REVENUECAT_API_KEY | payments | | https://app.revenuecat.com
coinbase | Coinbase | coinbase | #0052ff | COINBASE_API_KEY COINBASE_API_SECRET | payments, finance | | https://portal.cdp.coinbase.com/projects/api-keys
plaid | Plaid | - | #111111 | PLAID_CLIENT_ID PLAID_SECRET PLAID_ENV | finance | | https://dashboard.plaid.com/developers/keys
wise | Wise | wise | #163300 | WISE_API_TOKEN | finance, payments | transferwise | https://wise.com/settings/api-tokens
alphavantage | Alpha Vantage | - | #2a6f4e | ALPHAVANTAGE_API_KEY | finance | | https://www.alphavantage.co/support/#api-key
infura | Infura | - | #ff6b4a | INFURA_API_KEY | blockchain | | https://developer.metamask.io
alchemy | Alchemy | alchemy | #0c0c0e | ALCHEMY_API_KEY | blockchain | | https://dashboard.alchemy.com/apps
etherscan | Etherscan | - | #21325b | ETHERSCAN_API_KEY | blockchain | | https://etherscan.io/myapikey
neon | Neon | neon | #34a178 | NEON_API_KEY | database | neon postgres, neondb | https://console.neon.tech/app/settings/api-keys
planetscale | PlanetScale | planetscale | #000000 | PLANETSCALE_SERVICE_TOKEN_ID PLANETSCALE_SERVICE_TOKEN | database | | https://app.planetscale.com
mariadb | MariaDB | mariadb | #003545 | MARIADB_URL | database | maria | https://mariadb.com/docs
sqlserver | SQL Server | microsoftsqlserver | #cc2927 | +MSSQL_SA_PASSWORD | database | mssql, microsoft sql server | https://learn.microsoft.com/sql/linux/quickstart-install-connect-docker
cockroachdb | CockroachDB | cockroachlabs | #6933ff | COCKROACH_URL | database | cockroach | https://cockroachlabs.cloud
clickhouse | ClickHouse | clickhouse | #ffcc01 | CLICKHOUSE_HOST CLICKHOUSE_USER +CLICKHOUSE_PASSWORD | database | | https://console.clickhouse.cloud
snowflake | Snowflake | snowflake | #29b5e8 | SNOWFLAKE_ACCOUNT SNOWFLAKE_USER SNOWFLAKE_PASSWORD | database | | https://app.snowflake.com
databricks | Databricks | databricks | #ff3621 | DATABRICKS_HOST DATABRICKS_TOKEN | database | | https://accounts.cloud.databricks.com
neo4j | Neo4j | neo4j | #4581c3 | NEO4J_URI NEO4J_USERNAME +NEO4J_PASSWORD | database | | https://console.neo4j.io
influxdb | InfluxDB | influxdb | #22adf6 | INFLUX_TOKEN | database | influx | https://cloud2.influxdata.com
astra | DataStax Astra | datastax | #5a3ec8 | ASTRA_DB_APPLICATION_TOKEN | database | astra, astra db, datastax | https://astra.datastax.com
convex | Convex | convex | #ee342f | CONVEX_DEPLOYMENT CONVEX_DEPLOY_KEY | database | | https://dashboard.convex.dev
appwrite | Appwrite | appwrite | #fd366e | APPWRITE_ENDPOINT APPWRITE_PROJECT_ID APPWRITE_API_KEY | database, auth | | https://cloud.appwrite.io/console
pocketbase | PocketBase | pocketbase | #b8dbe4 | POCKETBASE_URL | database, auth | | https://pocketbase.io/docs
hasura | Hasura | hasura | #1eb4d4 | +HASURA_GRAPHQL_ADMIN_SECRET | database | | https://cloud.hasura.io
tinybird | Tinybird | - | #17806d | TINYBIRD_TOKEN | database, analytics | | https://www.tinybird.co/docs/forward/administration/tokens
xata | Xata | - | #8566ff | XATA_API_KEY | database | | https://app.xata.io/settings
prisma | Prisma | prisma | #2d3748 | PRISMA_API_KEY | database | prisma accelerate | https://console.prisma.io
airtable | Airtable | airtable | #18bfff | AIRTABLE_API_KEY | database | | https://airtable.com/create/tokens
r2 | Cloudflare R2 | cloudflare | #f38020 | R2_ACCOUNT_ID R2_ACCESS_KEY_ID R2_SECRET_ACCESS_KEY | storage | r2 | https://dash.cloudflare.com/?to=/:account/r2/api-tokens
spaces | DigitalOcean Spaces | digitalocean | #0080ff | SPACES_KEY SPACES_SECRET | storage | do spaces | https://cloud.digitalocean.com/spaces/access_keys
minio | MinIO | minio | #c72e49 | MINIO_ROOT_USER +MINIO_ROOT_PASSWORD | storage | | https://min.io/docs
wasabi | Wasabi | wasabi | #01cd3e | WASABI_ACCESS_KEY_ID WASABI_SECRET_ACCESS_KEY | storage | | https://console.wasabisys.com
azurestorage | Azure Storage | microsoftazure | #0067b8 | AZURE_STORAGE_CONNECTION_STRING | storage | azure blob, azure blob storage, blob storage | https://portal.azure.com
vercelblob | Vercel Blob | vercel | #000000 | BLOB_READ_WRITE_TOKEN | storage | | https://vercel.com/dashboard/stores
uploadthing | UploadThing | - | #ff2c2f | UPLOADTHING_TOKEN | storage, media | | https://uploadthing.com/dashboard
dropbox | Dropbox | dropbox | #0061ff | DROPBOX_APP_KEY DROPBOX_APP_SECRET | storage | | https://www.dropbox.com/developers/apps
imagekit | ImageKit | - | #0450d5 | IMAGEKIT_PUBLIC_KEY IMAGEKIT_PRIVATE_KEY IMAGEKIT_URL_ENDPOINT | media | | https://imagekit.io/dashboard/developer/api-keys
mux | Mux | - | #e8425f | MUX_TOKEN_ID MUX_TOKEN_SECRET | media, video | | https://dashboard.mux.com/settings/access-tokens
bunny | bunny.net | bunnydotnet | #ff7854 | BUNNY_API_KEY | cdn, storage, video | bunny, bunnycdn, bunny cdn | https://dash.bunny.net/account/api-key
fastly | Fastly | fastly | #ff282d | FASTLY_API_TOKEN | cdn | | https://manage.fastly.com/account/personal/tokens
unsplash | Unsplash | unsplash | #000000 | UNSPLASH_ACCESS_KEY | media | | https://unsplash.com/oauth/applications
pexels | Pexels | pexels | #05a081 | PEXELS_API_KEY | media | | https://www.pexels.com/api/key/
giphy | Giphy | giphy | #ff6666 | GIPHY_API_KEY | media | | https://developers.giphy.com/dashboard/
postmark | Postmark | - | #b08800 | POSTMARK_SERVER_TOKEN | email | | https://account.postmarkapp.com/servers
mailchimp | Mailchimp | mailchimp | #b38600 | MAILCHIMP_API_KEY | email | | https://us1.admin.mailchimp.com/account/api/
mandrill | Mailchimp Transactional | mailchimp | #b38600 | MANDRILL_API_KEY | email | mandrill | https://mandrillapp.com/settings
brevo | Brevo | brevo | #0b996e | BREVO_API_KEY | email, sms | sendinblue | https://app.brevo.com/settings/keys/api
loops | Loops | loops | #fc5200 | LOOPS_API_KEY | email | loops.so | https://app.loops.so/settings?page=api
kit | Kit | kit | #3d6bb3 | KIT_API_KEY | email | convertkit | https://app.kit.com/account_settings/developer_settings
mailersend | MailerSend | - | #4e5bd1 | MAILERSEND_API_KEY | email | | https://app.mailersend.com/api-tokens
mailjet | Mailjet | - | #9585f4 | MJ_APIKEY_PUBLIC MJ_APIKEY_PRIVATE | email | | https://app.mailjet.com/account/apikeys
klaviyo | Klaviyo | - | #232426 | KLAVIYO_API_KEY | email | | https://www.klaviyo.com/settings/account/api-keys
smtp | SMTP | - | #5b6475 | SMTP_HOST SMTP_PORT SMTP_USER SMTP_PASSWORD | email | mail server, smtp server | https://nodemailer.com/smtp/
vonage | Vonage | vonage | #871fff | VONAGE_API_KEY VONAGE_API_SECRET | sms | nexmo | https://dashboard.vonage.com/settings
messagebird | Bird | - | #2481d7 | MESSAGEBIRD_API_KEY | sms | messagebird | https://app.bird.com
telnyx | Telnyx | - | #00755e | TELNYX_API_KEY | sms | | https://portal.telnyx.com/#/app/api-keys
plivo | Plivo | - | #3fab49 | PLIVO_AUTH_ID PLIVO_AUTH_TOKEN | sms | | https://console.plivo.com/dashboard/
whatsapp | WhatsApp | whatsapp | #25d366 | WHATSAPP_TOKEN WHATSAPP_PHONE_NUMBER_ID | chat, sms | whatsapp business | https://developers.facebook.com/apps
line | LINE | line | #00c300 | LINE_CHANNEL_ACCESS_TOKEN LINE_CHANNEL_SECRET | chat | line messaging api | https://developers.line.biz/console/
teams | Microsoft Teams | microsoftteams | #6264a7 | TEAMS_WEBHOOK_URL | chat | ms teams | https://dev.teams.microsoft.com
intercom | Intercom | intercom | #1f8ded | INTERCOM_ACCESS_TOKEN | support | | https://app.intercom.com/a/apps/_/developer-hub
zendesk | Zendesk | zendesk | #03363d | ZENDESK_SUBDOMAIN ZENDESK_EMAIL ZENDESK_API_TOKEN | support | | https://developer.zendesk.com/api-reference/introduction/security-and-auth/
crisp | Crisp | - | #1972f5 | CRISP_WEBSITE_ID CRISP_TOKEN_ID CRISP_TOKEN_KEY | support | crisp chat | https://marketplace.crisp.chat
novu | Novu | novu | #000000 | NOVU_SECRET_KEY | push, email, chat | | https://dashboard.novu.co/api-keys
onesignal | OneSignal | - | #e54b4d | ONESIGNAL_APP_ID ONESIGNAL_API_KEY | push | one signal | https://dashboard.onesignal.com
pusher | Pusher | pusher | #300d4f | PUSHER_APP_ID PUSHER_KEY PUSHER_SECRET PUSHER_CLUSTER | realtime | | https://dashboard.pusher.com
ably | Ably | - | #ff5416 | ABLY_API_KEY | realtime | | https://ably.com/accounts
liveblocks | Liveblocks | - | #101014 | LIVEBLOCKS_PUBLIC_KEY LIVEBLOCKS_SECRET_KEY | realtime | | https://liveblocks.io/dashboard
livekit | LiveKit | livekit | #1fd5f9 | LIVEKIT_URL LIVEKIT_API_KEY LIVEKIT_API_SECRET | realtime, video, voice | | https://cloud.livekit.io
agora | Agora | agora | #099dfd | AGORA_APP_ID AGORA_APP_CERTIFICATE | realtime, video, voice | 声网 | https://console.agora.io
zoom | Zoom | zoom | #0b5cff | ZOOM_ACCOUNT_ID ZOOM_CLIENT_ID ZOOM_CLIENT_SECRET | video | | https://marketplace.zoom.us
stream | Stream | - | #006cff | STREAM_API_KEY STREAM_API_SECRET | chat, realtime | getstream, stream chat | https://dashboard.getstream.io
googleanalytics | Google Analytics | googleanalytics | #e37400 | GA_MEASUREMENT_ID | analytics | ga, ga4, gtag, 谷歌分析 | https://analytics.google.com
googletagmanager | Google Tag Manager | googletagmanager | #246fdb | GTM_ID | analytics | gtm, tag manager | https://tagmanager.google.com
plausible | Plausible | plausibleanalytics | #5850ec | PLAUSIBLE_API_KEY | analytics | plausible analytics | https://plausible.io/settings/api-keys
umami | Umami | umami | #000000 | UMAMI_WEBSITE_ID | analytics | | https://cloud.umami.is
mixpanel | Mixpanel | mixpanel | #7856ff | MIXPANEL_TOKEN | analytics | | https://mixpanel.com/settings/project
amplitude | Amplitude | - | #1e61f0 | AMPLITUDE_API_KEY | analytics | | https://app.amplitude.com/analytics/settings
segment | Segment | - | #49a379 | SEGMENT_WRITE_KEY | analytics | segment.io | https://app.segment.com
hotjar | Hotjar | hotjar | #ff3c00 | HOTJAR_SITE_ID | analytics | | https://insights.hotjar.com
matomo | Matomo | matomo | #3152a0 | MATOMO_URL MATOMO_SITE_ID MATOMO_TOKEN | analytics | piwik | https://matomo.org/faq/general/faq_114/
facebookpixel | Meta Pixel | meta | #0467df | META_PIXEL_ID | analytics | facebook pixel, fb pixel | https://business.facebook.com/events_manager2
bugsnag | BugSnag | bugsnag | #4949e4 | BUGSNAG_API_KEY | monitoring | | https://app.bugsnag.com
rollbar | Rollbar | rollbar | #3569f3 | ROLLBAR_ACCESS_TOKEN | monitoring | | https://app.rollbar.com
newrelic | New Relic | newrelic | #1ce783 | NEW_RELIC_LICENSE_KEY | monitoring, logs | | https://one.newrelic.com/api-keys
grafana | Grafana | grafana | #f46800 | GRAFANA_SERVICE_ACCOUNT_TOKEN | monitoring | grafana cloud, loki | https://grafana.com/docs/grafana/latest/administration/service-accounts/
honeycomb | Honeycomb | - | #f5a000 | HONEYCOMB_API_KEY | monitoring | | https://ui.honeycomb.io/account
betterstack | Better Stack | betterstack | #4a4ad0 | LOGTAIL_SOURCE_TOKEN | logs, monitoring | logtail, betterstack | https://telemetry.betterstack.com
axiom | Axiom | - | #1a1a1a | AXIOM_TOKEN AXIOM_DATASET | logs | | https://app.axiom.co/settings/api-tokens
papertrail | Papertrail | - | #005eaa | PAPERTRAIL_API_TOKEN | logs | | https://papertrailapp.com/account/profile
logrocket | LogRocket | - | #764abc | LOGROCKET_APP_ID | monitoring, analytics | log rocket | https://app.logrocket.com
pagerduty | PagerDuty | pagerduty | #06ac38 | PAGERDUTY_API_KEY | monitoring | pager duty | https://support.pagerduty.com/main/docs/api-access-keys
uptimerobot | UptimeRobot | - | #2f9e44 | UPTIMEROBOT_API_KEY | monitoring | | https://dashboard.uptimerobot.com/integrations
launchdarkly | LaunchDarkly | - | #405bff | LAUNCHDARKLY_SDK_KEY | flags | launch darkly | https://app.launchdarkly.com
statsig | Statsig | - | #194b7d | STATSIG_SERVER_SECRET | flags, analytics | | https://console.statsig.com
okta | Okta | okta | #007dc1 | OKTA_DOMAIN OKTA_CLIENT_ID OKTA_CLIENT_SECRET | auth | | https://developer.okta.com/docs/guides/find-your-domain/
workos | WorkOS | - | #6363f1 | WORKOS_API_KEY WORKOS_CLIENT_ID | auth | | https://dashboard.workos.com/api-keys
kinde | Kinde | - | #000000 | KINDE_CLIENT_ID KINDE_CLIENT_SECRET KINDE_ISSUER_URL | auth | | https://app.kinde.com
keycloak | Keycloak | keycloak | #4d4d4d | KEYCLOAK_CLIENT_ID KEYCLOAK_CLIENT_SECRET KEYCLOAK_ISSUER | auth | | https://www.keycloak.org/documentation
stytch | Stytch | - | #19303d | STYTCH_PROJECT_ID STYTCH_SECRET | auth | | https://stytch.com/dashboard/api-keys
logto | Logto | - | #5d34f2 | LOGTO_ENDPOINT LOGTO_APP_ID LOGTO_APP_SECRET | auth | | https://cloud.logto.io
googleoauth | Google OAuth | google | #4285f4 | GOOGLE_CLIENT_ID GOOGLE_CLIENT_SECRET | auth | google sign in, google sign-in, google login, sign in with google | https://console.cloud.google.com/auth/clients
githuboauth | GitHub OAuth | github | #181717 | GITHUB_CLIENT_ID GITHUB_CLIENT_SECRET | auth | github login, github oauth app | https://github.com/settings/developers
facebook | Facebook | facebook | #0866ff | FACEBOOK_CLIENT_ID FACEBOOK_CLIENT_SECRET | auth, social | fb, facebook login | https://developers.facebook.com/apps
linkedin | LinkedIn | linkedin | #0a66c2 | LINKEDIN_CLIENT_ID LINKEDIN_CLIENT_SECRET | auth, social | | https://www.linkedin.com/developers/apps
x | X | x | #000000 | X_API_KEY X_API_SECRET X_ACCESS_TOKEN X_ACCESS_TOKEN_SECRET | social | twitter | https://developer.x.com/en/portal/dashboard
reddit | Reddit | reddit | #ff4500 | REDDIT_CLIENT_ID REDDIT_CLIENT_SECRET | social | | https://www.reddit.com/prefs/apps
youtube | YouTube | youtube | #ff0000 | YOUTUBE_API_KEY | video | | https://console.cloud.google.com/apis/credentials
twitch | Twitch | twitch | #9146ff | TWITCH_CLIENT_ID TWITCH_CLIENT_SECRET | video, social | | https://dev.twitch.tv/console/apps
spotify | Spotify | spotify | #1a9c48 | SPOTIFY_CLIENT_ID SPOTIFY_CLIENT_SECRET | music | | https://developer.spotify.com/dashboard
turnstile | Cloudflare Turnstile | cloudflare | #f38020 | TURNSTILE_SITE_KEY TURNSTILE_SECRET_KEY | captcha | turnstile | https://dash.cloudflare.com/?to=/:account/turnstile
recaptcha | reCAPTCHA | google | #4285f4 | RECAPTCHA_SITE_KEY RECAPTCHA_SECRET_KEY | captcha | google recaptcha | https://www.google.com/recaptcha/admin
hcaptcha | hCaptcha | - | #0074bf | HCAPTCHA_SITE_KEY HCAPTCHA_SECRET_KEY | captcha | | https://dashboard.hcaptcha.com
meilisearch | Meilisearch | meilisearch | #ff5caa | MEILISEARCH_HOST MEILISEARCH_API_KEY | search | meili | https://cloud.meilisearch.com
elasticsearch | Elasticsearch | elasticsearch | #005571 | ELASTICSEARCH_URL ELASTICSEARCH_API_KEY | search, logs | elastic | https://cloud.elastic.co
typesense | Typesense | - | #d90368 | TYPESENSE_HOST TYPESENSE_API_KEY | search | | https://cloud.typesense.org
googlemaps | Google Maps | googlemaps | #4285f4 | GOOGLE_MAPS_API_KEY | maps | gmaps, 谷歌地图 | https://console.cloud.google.com/google/maps-apis/credentials
maptiler | MapTiler | maptiler | #323357 | MAPTILER_API_KEY | maps | | https://cloud.maptiler.com/account/keys/
here | HERE | here | #0f7f85 | HERE_API_KEY | maps | here maps | https://platform.here.com/admin/apps
amap | Amap | - | #0a73f0 | AMAP_KEY | maps | gaode, 高德, 高德地图 | https://console.amap.com/dev/key/app
openweather | OpenWeather | - | #eb6e4b | OPENWEATHER_API_KEY | weather | openweathermap, open weather map | https://home.openweathermap.org/api_keys
ipinfo | IPinfo | - | #2c6fd1 | IPINFO_TOKEN | geo | | https://ipinfo.io/dashboard/token
deepl | DeepL | deepl | #0f2b46 | DEEPL_API_KEY | translation | | https://www.deepl.com/your-account/keys
googletranslate | Google Translate | googletranslate | #4285f4 | GOOGLE_TRANSLATE_API_KEY | translation | | https://console.cloud.google.com/apis/credentials
crowdin | Crowdin | crowdin | #2e3340 | CROWDIN_PERSONAL_TOKEN | translation | | https://crowdin.com/settings#api-key
contentful | Contentful | contentful | #2478cc | CONTENTFUL_SPACE_ID CONTENTFUL_ACCESS_TOKEN | cms | | https://app.contentful.com
sanity | Sanity | sanity | #0d0e12 | SANITY_PROJECT_ID SANITY_DATASET SANITY_API_TOKEN | cms | | https://www.sanity.io/manage
strapi | Strapi | strapi | #4945ff | STRAPI_API_TOKEN | cms | | https://docs.strapi.io/cms/features/api-tokens
prismic | Prismic | prismic | #5163ba | PRISMIC_ACCESS_TOKEN | cms | | https://prismic.io/dashboard
storyblok | Storyblok | storyblok | #09b3af | STORYBLOK_ACCESS_TOKEN | cms | | https://app.storyblok.com
datocms | DatoCMS | datocms | #ff7751 | DATOCMS_API_TOKEN | cms | | https://dashboard.datocms.com
directus | Directus | directus | #263238 | DIRECTUS_URL DIRECTUS_TOKEN | cms | | https://docs.directus.io
ghost | Ghost | ghost | #15171a | GHOST_URL GHOST_CONTENT_API_KEY GHOST_ADMIN_API_KEY | cms | | https://ghost.org/docs/content-api/
wordpress | WordPress | wordpress | #21759b | WORDPRESS_URL WORDPRESS_USERNAME WORDPRESS_APP_PASSWORD | cms | wp | https://wordpress.org/documentation/article/application-passwords/
payload | Payload | payloadcms | #000000 | +PAYLOAD_SECRET | cms | payload cms | https://payloadcms.com/docs
heroku | Heroku | heroku | #430098 | HEROKU_API_KEY | hosting | | https://dashboard.heroku.com/account
denodeploy | Deno Deploy | deno | #70ffaf | DENO_DEPLOY_TOKEN | hosting | deno | https://console.deno.com
koyeb | Koyeb | koyeb | #121212 | KOYEB_TOKEN | hosting | | https://app.koyeb.com/user/settings/api
render | Render | render | #000000 | RENDER_API_KEY | hosting | render.com | https://dashboard.render.com/u/settings#api-keys
linode | Linode | - | #00a95c | LINODE_TOKEN | cloud, hosting | akamai cloud | https://cloud.linode.com/profile/tokens
vultr | Vultr | vultr | #007bfc | VULTR_API_KEY | cloud, hosting | | https://my.vultr.com/settings/#settingsapi
scaleway | Scaleway | scaleway | #4f0599 | SCW_ACCESS_KEY SCW_SECRET_KEY SCW_DEFAULT_PROJECT_ID | cloud, hosting | scw | https://console.scaleway.com/iam/api-keys
ovh | OVHcloud | ovh | #123f6d | OVH_APPLICATION_KEY OVH_APPLICATION_SECRET OVH_CONSUMER_KEY | cloud, hosting | ovh | https://www.ovh.com/auth/api/createToken
alibabacloud | Alibaba Cloud | alibabacloud | #ff6a00 | ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET | cloud, storage | aliyun, alicloud, 阿里云, oss | https://ram.console.aliyun.com/manage/ak
tencentcloud | Tencent Cloud | - | #0066cc | TENCENTCLOUD_SECRET_ID TENCENTCLOUD_SECRET_KEY | cloud, storage | qcloud, 腾讯云 | https://console.cloud.tencent.com/cam/capi
oracle | Oracle Cloud | oracle | #c74634 | OCI_CLI_USER OCI_CLI_TENANCY OCI_CLI_FINGERPRINT OCI_CLI_KEY_CONTENT OCI_CLI_REGION | cloud | oci | https://cloud.oracle.com/identity/domains/my-profile/api-keys
kubernetes | Kubernetes | kubernetes | #326ce5 | KUBE_CONFIG | hosting | k8s, kubeconfig, kube | https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
terraform | Terraform Cloud | terraform | #844fba | TF_API_TOKEN | ci | terraform, hcp terraform | https://app.terraform.io/app/settings/tokens
pulumi | Pulumi | pulumi | #8a3391 | PULUMI_ACCESS_TOKEN | ci | | https://app.pulumi.com/account/tokens
circleci | CircleCI | circleci | #343434 | CIRCLE_TOKEN | ci | circle ci | https://app.circleci.com/settings/user/tokens
buildkite | Buildkite | buildkite | #14cc80 | BUILDKITE_AGENT_TOKEN | ci | | https://buildkite.com/organizations/-/agents
jenkins | Jenkins | jenkins | #d24939 | JENKINS_URL JENKINS_USER JENKINS_TOKEN | ci | | https://www.jenkins.io/doc/book/system-administration/authenticating-scripted-clients/
codecov | Codecov | codecov | #f01f7a | CODECOV_TOKEN | ci | | https://app.codecov.io
sonar | SonarQube | sonarqubecloud | #126ed3 | SONAR_TOKEN | ci | sonarcloud, sonarqube cloud | https://sonarcloud.io/account/security
snyk | Snyk | snyk | #4c4a73 | SNYK_TOKEN | ci | | https://app.snyk.io/account
bitbucket | Bitbucket | bitbucket | #0052cc | BITBUCKET_ACCESS_TOKEN | code, ci | | https://support.atlassian.com/bitbucket-cloud/docs/access-tokens/
gitea | Gitea | gitea | #609926 | GITEA_TOKEN | code | | https://docs.gitea.com/development/api-usage
pypi | PyPI | pypi | #3775a9 | TWINE_PASSWORD | packages | twine | https://pypi.org/manage/account/token/
crates | crates.io | rust | #a72145 | CARGO_REGISTRY_TOKEN | packages | cargo | https://crates.io/settings/tokens
expo | Expo | expo | #1c2024 | EXPO_TOKEN | packages | eas | https://expo.dev/settings/access-tokens
postman | Postman | postman | #c4472a | POSTMAN_API_KEY | ci | | https://go.postman.co/settings/me/api-keys
browserstack | BrowserStack | - | #2b6def | BROWSERSTACK_USERNAME BROWSERSTACK_ACCESS_KEY | ci | | https://automate.browserstack.com
linear | Linear | linear | #5e6ad2 | LINEAR_API_KEY | tasks | linear.app | https://linear.app/settings/account/security
jira | Jira | jira | #0052cc | JIRA_BASE_URL JIRA_USER_EMAIL JIRA_API_TOKEN | tasks | atlassian, confluence | https://id.atlassian.com/manage-profile/security/api-tokens
asana | Asana | asana | #f06a6a | ASANA_ACCESS_TOKEN | tasks | | https://app.asana.com/0/my-apps
trello | Trello | trello | #0052cc | TRELLO_API_KEY TRELLO_TOKEN | tasks | | https://trello.com/power-ups/admin
clickup | ClickUp | clickup | #7b68ee | CLICKUP_API_TOKEN | tasks | click up | https://app.clickup.com/settings/apps
figma | Figma | figma | #c9401b | FIGMA_ACCESS_TOKEN | design | | https://www.figma.com/developers/api#access-tokens
hubspot | HubSpot | hubspot | #ff5c35 | HUBSPOT_ACCESS_TOKEN | crm | | https://developers.hubspot.com/docs/api/private-apps
salesforce | Salesforce | salesforce | #00a1e0 | SALESFORCE_CLIENT_ID SALESFORCE_CLIENT_SECRET | crm | | https://developer.salesforce.com/docs
calcom | Cal.com | caldotcom | #292929 | CAL_API_KEY | calendar | | https://app.cal.com/settings/developer/api-keys
zapier | Zapier | zapier | #ff4f00 | ZAPIER_WEBHOOK_URL | automation | | https://zapier.com/app/home
n8n | n8n | n8n | #ea4b71 | N8N_API_KEY | automation | | https://docs.n8n.io/api/authentication/
inngest | Inngest | - | #22867a | INNGEST_EVENT_KEY INNGEST_SIGNING_KEY | queue | | https://app.inngest.com/env/production/manage/keys
triggerdev | Trigger.dev | - | #3a9b1f | TRIGGER_SECRET_KEY | queue | trigger dev | https://cloud.trigger.dev
qstash | QStash | upstash | #00a878 | QSTASH_URL QSTASH_TOKEN QSTASH_CURRENT_SIGNING_KEY QSTASH_NEXT_SIGNING_KEY | queue | upstash qstash | https://console.upstash.com/qstash
rabbitmq | RabbitMQ | rabbitmq | #ff6600 | RABBITMQ_URL | queue | cloudamqp, amqp | https://www.rabbitmq.com/docs/uri-spec
kafka | Apache Kafka | apachekafka | #231f20 | KAFKA_BROKERS KAFKA_USERNAME +KAFKA_PASSWORD | queue | kafka, confluent | https://kafka.apache.org/documentation/#security
nats | NATS | natsdotio | #27aae1 | NATS_URL | queue | | https://docs.nats.io/using-nats/developer/connecting
doppler | Doppler | - | #3391fc | DOPPLER_TOKEN | secrets | | https://dashboard.doppler.com
vault | HashiCorp Vault | vault | #8a6d00 | VAULT_ADDR VAULT_TOKEN | secrets | vault token | https://developer.hashicorp.com/vault/docs/commands#environment-variables
onepassword | 1Password | 1password | #0a6dd6 | OP_SERVICE_ACCOUNT_TOKEN | secrets | one password | https://developer.1password.com/docs/service-accounts/
bitwarden | Bitwarden Secrets Manager | bitwarden | #175ddc | BWS_ACCESS_TOKEN | secrets | bitwarden, bws | https://bitwarden.com/help/access-tokens/
infisical | Infisical | - | #6b7400 | INFISICAL_CLIENT_ID INFISICAL_CLIENT_SECRET INFISICAL_PROJECT_ID | secrets | | https://infisical.com/docs/documentation/platform/identities/universal-auth
tailscale | Tailscale | tailscale | #242424 | TS_AUTHKEY | network | | https://login.tailscale.com/admin/settings/keys
ngrok | ngrok | ngrok | #1f1e37 | NGROK_AUTHTOKEN | network | | https://dashboard.ngrok.com/get-started/your-authtoken
godaddy | GoDaddy | godaddy | #0b7a7a | GODADDY_API_KEY GODADDY_API_SECRET | domains | | https://developer.godaddy.com/keys
namecheap | Namecheap | namecheap | #de3723 | NAMECHEAP_API_USER NAMECHEAP_API_KEY | domains | | https://ap.www.namecheap.com/settings/tools/apiaccess/
porkbun | Porkbun | porkbun | #d1546b | PORKBUN_API_KEY PORKBUN_SECRET_API_KEY | domains | | https://porkbun.com/account/api
tmdb | TMDB | themoviedatabase | #017d93 | TMDB_API_KEY | media | the movie database, themoviedb | https://www.themoviedb.org/settings/api
newsapi | News API | - | #1f5fbf | NEWS_API_KEY | news | newsapi.org | https://newsapi.org/account
apple | App Store Connect | appstore | #0d6fe0 | APP_STORE_CONNECT_API_KEY_KEY_ID APP_STORE_CONNECT_API_KEY_ISSUER_ID APP_STORE_CONNECT_API_KEY_KEY | mobile | appstore connect, testflight | https://appstoreconnect.apple.com/access/integrations/api
`;
