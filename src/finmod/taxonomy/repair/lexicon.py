"""Words of which repair of tags knows something before it has seen a bill.

Owns the lists. Each is general knowledge of the trade, none of one company. How they are used stands in
letters.py (single words) and phrases.py (whole texts).
"""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GENERIC = _words("""
    all any blank common core default dummy empty example false foo general generic global misc miscellaneous
    multi multiple n-a na nil no no-tag none not-applicable not-available not-set not-specified notag notagging
    null other others public sample shared something tba tbc tbd temp temporary test testing tests tmp to-be-
    defined to-do todo true un-known unallocated unassigned unclassified undefined undetermined unidentified
    unknown unset unsorted unspecified untagged unused value various xx xxx xxxx yes
""")
"""Folded texts that name nothing, or many things: never repaired."""

_SAME_ENVIRONMENT = (
    "production prod prd prdn prods live",
    "staging stage stg stag",
    "development develop developement dev devel devl dvlp",
    "test tst testing tests",
    "quality qa quality-assurance",
    "acceptance acc uat user-acceptance user-acceptance-testing",
    "preproduction preprod pre-production pre-prod pprd ppd pre-prd",
    "nonproduction nonprod non-production non-prod nprd noprod npd",
    "sandbox sbx sbox sandpit playground",
    "integration int",
    "performance perf load-test loadtest",
    "demonstration demo",
    "disaster-recovery dr",
)

ENVIRONMENTS: Mapping[str, int] = {
    word: place for place, words in enumerate(_SAME_ENVIRONMENT) for word in words.split()
}
"""Folded words for environments -> the environment that they mean. Words of two are never one mistyped."""

AFFIXES = _words("""
    api apis app application applications apps component department dept env environment group grp product proj
    project service services squad srv svc system team teams the
""")
"""Words beside a name that do not change what is named, as in search-api and checkout-team."""

NEGATIONS = _words("""
    anti co contra de dis ex im in inter meta micro mis multi no non not out over post pre re semi sub super
    trans un under
""")
"""What makes another word of a word when it stands before it, as in research and non-production."""

TECHNICAL = _words("""
    admin agent alb alert alerting ami analyzer ansible apigateway archive argocd artifact artifacts athena
    audit auth autoscaling aws azure backend backup backups base bastion batch bigquery bot broker bucket build
    builder cache caching cd cdn ceph ci cicd clickhouse client cloud cloudformation cloudfront cloudwatch
    cluster cms compute config configuration connector console consumer container containers controller cron
    cronjob crud daemon dashboard database databases datadog db dbs debug deploy deployment devops dns docker
    documentdb downloads dynamodb ebs ec2 ecr ecs edge efs eks elastic elasticache elasticsearch elb email emr
    engine etl event events exporter fargate fastly file files firewall flink frontend ftp functions gateway gce
    gcp gcs git github gitlab gke glue grafana graphql grpc gui handler helm host http https iam image images
    infra infrastructure ingest ingestion ingress instance iot istio java jenkins job jobs jump jumphost k8s
    kafka keycloak kibana kinesis kms lab lake lambda lb linux log logging logs mail maintenance management
    master memcached metrics middleware migration minio mongo mongodb monitor monitoring mysql nat neo4j nginx
    node nodejs nodes oidc ops oracle packer pipeline pipelines platform pod pods poller postgres postgresql
    processor producer prometheus proxy python queue queues rabbitmq rds redis redshift registry release replica
    repo root route53 router s3 saml scheduler script scripts secrets security sentry server servers sftp shard
    sidecar site snapshot snapshots snowflake sns solr spark splunk spot sql sqs src ssh sso static storage
    store stream streaming streams subnet support syslog tagger terraform tf traffic ui user users vault vm vms
    volume volumes vpc vpn waf web webapp webhook webserver website windows worker workers zookeeper
""")
"""Words for what a resource is made of: where it lies does not make them another word for a product."""

ORDINARY = _words("""
    abort absorb accent accept access accident account accountant accountants accounts acquire acquiring
    acquisition action active activity actor ad adapt adaptive add added address adds adhoc adopt adult advance
    advice adviser advisor affair afford aging agree ahead aid aids aim air alarm album alias allow almost alpha
    amber amount anchor ancient angel angle angry animal animals annual answer answers appeal appear apple apply
    archer area arena arm arms army arrange arrest arrive art article articles artist arts ash ask asks aspect
    assault asset assets assign assist assistance assists assume atlas atom attach attack attempt attend attract
    auction auctions audience audio author authority auto autumn avoid awake award awards aware bad badge bag
    bake balance ball ballot band bank banker banking banks bar bargain barrel bars base basic basket baskets
    bat batch bath bathe battle beacon beam bear beauty bee beta bid bidder bidding bids big bike bill billing
    bills bin bird bit bitter blame blast blend bless blind block blog blogs bloom blow blue board boarding boil
    bold bond bonds bonus book booking bookings books boost boot border boss bother bounce bow box brain branch
    brand branding brands brave bravo bread break breathe breed brick bridge brief bright broad broadcast broken
    broker brokers browse browser brush bubble budget budgets bug bugs burn burst bury bus business busy button
    buy buyer buyers buying cab cabin cable calendar call caller calling calls camp campaign campaigns campus
    can cancel candle cap capital caption capture car carbon card cards care career careers cargo carrier
    carriers carry cars cart carts carve case cases cash cashback cashier casino cast casting castle casual cat
    catalyst catch category cater cats cause cave cell center central chain chains chair chamber champion chance
    change changes channel channels chapter character charge charges charm chart charts chase chat chats cheap
    check checked checker checkin checking checklist checks cheer cheese cherry chest chew chief child china
    chip choice choose church circle cite cities citizen city civil claim claims class classic classify clay
    clean cleaner clear clerk climate climb clinic clip clock close cloth clothes clothing cloud cloudy club
    coach coal coast coat code codes coffee coin collab collapse collect collection collector college colony
    color column combine combo comet command comment comments commerce commission commit communicate community
    company compare compass compete compile complaint complete complex compliance compose compute conceal
    concept concert conclude condition conduct conference confess confirm confuse congress connect connection
    conquer consent consist construct consult consulting consumers contact contacts contain contend content
    contents contest context continue contract contracts contrast control convert convey cook cookie cookies
    cool copy core corner corporate cost costs cough council count counter country couple coupon coupons courage
    courier course courses court cousin cover crack craft crash crawl crawler cream create creative creator
    creators credit credits creep crew crime criticize crm cross crow crowd cruise crush cry crypto crystal cube
    cup cure curl currency curve cushion custom customer customers cut cycle daily dam damage damp dance danger
    dare dark data date dates dating dawn day days deaf deal dealer dealers deals death debit debt decision deck
    declare decline decorate decrease deep defeat defend define degree delay delight deliver deliveries delivery
    delta demand dental deny depart depend deposit depot depth deputy derive descend describe desert deserve
    design designer desire desk desktop destiny destroy detail details detect detection detector develop device
    devices devote dial diamond dice diet differ dig digest digital dinner dip direct direction director
    directory dirt disappear disc discord discount discounts discover discovery discuss dish disk dismiss
    dispatch display dispute disputes distance distant distribute disturb divide divorce doc dock docs doctor
    document documents dog domain domains door double doubt download draft drag dragon drain draw dream dress
    drift drive driver drivers drop drown drug drum dry dual duck dull dump dust duty eagle ear early earn
    earning earnings earth ease east easy eat echo ecom ecommerce economy edge edit edition editor educate
    education effect effort elect element elite embrace emerald emerge empire employ employee employees empty
    enable enclose encourage end enemy energy engage engagement engineer engineering enhance enjoy enlarge
    ensure enter enterprise entertain entry epic equal equip equity escape escrow establish estate estates
    estimate eu europe evaluation evening evolve exam examine exceed excel exchange excite exclude excuse
    execute executive exercise exhibit exist exit expand expect expense expenses experience experiment
    experiments expert explain explode exploit explore explorer export expose express extend external extra
    extract eye fabric face facility fact factor factory facts fade fail fair faith falcon fall false fame
    family fan farewell farm farming fashion fast fasten fate fault favor fear feather feature features fed
    federal fee feed feedback feeds feel fees fence fever field fight figure fill film filter final finance
    financial find finder fine finger finish fire first fish fit fitness flag flags flame flash flat flavor flee
    fleet flesh flight flights float flood floor flour flow flower fly fold folder follow food foods fool foot
    football forbid force forecast forecasting forest forget forgive fork form formal format forms fortune forum
    forward found fox frame france fraud free freight frequent fresh friend friends frighten frog front fruit
    fry fuel fulfil fulfillment fulfilment full fund funding funds funeral funny fur fusion future gain galaxy
    gallery game games gaming gap garage garden gas gate gather gaze gear generate gentle geo ghost gift gifts
    girl giving glance glass glory glue goal gold golf good goods google govern government grab grace grain
    grand grant graph graphics grateful grave gravity green greet grey grid grief grind grip grocery ground
    groups grow growth guard guardian guess guest guests guide guides guilt habit hair hall hammer hand handle
    hang happen happy harbor hardware harm harmony harvest hash haste hat hate hawk hay head heal health
    healthcare heap hearing heart heat heavy helix help helpdesk hero hesitate hide hinder hint hire hiring
    history hit hive holiday hollow holy home homes honest honor hook hope horizon horror horse hospital host
    hot hotel hotels hour house household housing hub huge human hunger hunt hunter hurry hurt ice icon idea
    ideas identify identity ignore illness imagine imitate impact imply import impress improve in include income
    increase index indices individual induce industry info inform information inherit inhouse initial injure
    injury inquire insect insert inside insist inspect inspection inspire install institute instruct insult
    insurance insure insured intake integrate integrity intelligence intend intent interest interface interior
    internal international internet interrupt interview intranet introduce invade invent inventing invention
    inventor invest investing investment investments investor investors invite invoice invoices invoicing
    involve iron irritate island issue issues item items jealous jet jewel join joke journal journey judge juice
    jump junior justice keen key keys kick kid kids kill king kiss kit kitchen kneel knife knock knot knowledge
    label labels labor labs lack ladder lake lame lamp land landing lane language large laser last late laugh
    launch laundry law lay layer lazy lead leader leads leaf league leak lean leap learn learning lease leasing
    leather leave ledger left legacy legal lend lender lending lens lesson letter level liberty library license
    licensing lick lie life lift light lighthouse like limb limit line lines link links lion liquid list listen
    listing listings lists litter live load loaf loan loans local locale locate location locations lock locker
    lodge logic login logistic logistics logo lonely long loose lore lose lottery loud lounge love lower loyal
    loyalist luck lunch luxury machine machines magic magnet mailer mailing main maker male mall man manage
    manager managers manufacture map mapping maps marathon margin marine mark marker markers market marketer
    marketers marketing markets mart mask mass massage match matcher matches matching material matrix matter max
    meadow meal meals mean measure media medical medicine meeting melt member members membership memory men mend
    mentor menu merchandise merchant merchants mercury mercy merge merry mess message messages messaging meta
    meter method metric metro mild mile miles military milk mill mind mine mini mining minor mint mirror mission
    mix mixer mob mobility mock mod mode model modeling models moderate modern modest module moment monetary
    money monster month moon moral mortgage mother motion motor mount mountain mouse move movement mover movie
    movies mud multiply murder muscle museum music mystery nail name narrow nation native natural nature
    navigation near neat nebula neck need needle nerve nest net network networks new news newsletter next night
    nights noble nod noise nonsense nose notes notice notification notifications notify nova nuisance number
    nurse nursing nut obey object oblige observe obtain occasion occupy occur ocean odd offend offer offering
    offers office official offline offset old olympus omega omit one online open opera operation operations
    operator opinion opportunity oppose optic optimize optimizer option options orange orbit order ordering
    orders organic origin orphan outlet outlook outreach oven overcome owe owl owner ownership pace pack package
    packages packaging packing page pages paid pain paint pair palace pale panda panel pant paper parcel pardon
    parent park parking part participate partner partners partnership parts party pass passenger passport past
    paste patch path patient patients pattern pause pay payback payday payer paying payload payout payouts
    payroll peace peak pearl peel peer pen penalty pension people perfect perform performance permit person
    persona personal personnel persuade pet pets pharma pharmacy phoenix phone phones photo photos physical pick
    picker picking picture pig pile pilot pin pinch pioneer pipe pity pixel place placement places plain plan
    planet planner planning plans plant plastic plate play player players plaza pleasant please pleasure plenty
    plot plow pluck plus pocket poem poet point points poison poker policy polish polite poll pond pool poor pop
    popular port portal portfolio position possess possible post postal poster pour poverty powder power
    practice praise pray preach precious predict prediction prefer preference premium prepare present
    presentation preserve press pretend pretty prevail prevent preview price prices pricing pride priest prime
    print printing prism prison privacy private prize pro problem proceed process procure procurement produce
    production products profile profiles profit program progress promise promo promote promotion promotions
    pronounce proof properties property propose prospect prosper protect protection proto prototype proud prove
    provide provider public publish publisher publishers publishing pull pulse pump punish pupil purchase
    purchases purchasing pure pursue push puzzle qualify quality quantum quarrel quarter quartz queen query
    quest question quick quiet quit quiz quota quote quotes rabbit race radar radio rag rage rail rain raise
    rally range ranger rank ranking rapid rate rates rating ratings raven raw ray razor reach react reaction
    read reader reading ready real realize realty rear reason rebate rebel recall receipt receipts receive
    receiver recent reception recite recognize recommend recon reconcile record recorder records recover
    recovery recruit recruiting recruitment recurring recycle red redeem reduce reef refer referral referrals
    reflect reform refresh refund refunds refuse regard regional register registration regret reign reject
    rejoice relate relation relations relax relay release reliability relieve religion remain remark remedy
    remember remind remote remove rent rental rentals repair repairs repay repayment repeat replace replay reply
    report reporting reports represent reproduce request requests rescue research researcher reseller resemble
    reservation reservations reserve resign resist resolve resort resource resources respect response rest
    restaurant restore restrict result results resume retail retailer retailers retain retention retire return
    returns reveal revenge revenue review reviews revise revolt reward rewards rhythm ribbon rice rich rid ride
    rider riders rides right ring ripe rise risk risks rival river road roar roast rob robin robot rocket role
    roll roller room rooms rose rot rough round row royal royalties royalty rub rude ruin rule rules run runner
    running rush rust sacred sacrifice sad safe safety sail sake salary sale sales salon salt salute sample sand
    satellite satisfaction satisfy sauce save saver savings saw say scale scan scanner scatter scene schedule
    scheduling scholar school science scientist scold scope score scores scoring scorn scout scrape scratch
    scream screen screening sea seal search searcher season seat seats second section sector secure see seed
    seek segment segments seize select self sell seller sellers selling send sender senior sense sensor separate
    series serious serve session set setting settings settle settlement settlements setup sew shade shadow shake
    shallow shame shape share shares sharing sharp shave shed sheep sheet shelf shell shield shift shine ship
    shipment shipments shipper shippers ships shirt shiver shock shoot shop shopper shoppers shopping shops
    shore short shoulder shout shove show shower shut sick sight sign signal signals signup silence silk silly
    silver simple simulation sin sing single sink sip sister sites size skill skills skin skip skirt sky slack
    slave sleep slide slight slip slope slot slow small smart smell smile smoke smooth snake sneeze sniff soak
    soap social sock soft software soil solar sold soldier solemn solid solution solutions solve song sonic sore
    sorrow sort soul sound soup sour source sourcing south sow space spade spare spark spatial speak special
    speech speed spell spend spending spider spill spin spirit spit splash split spoil sponsor spoon sport
    sports spray spread spring sprint square squeeze stack staff stag stages staging stain stair stale stamp
    stand standard star stark stars start starter state statement statements station statistics stats status
    stay steady steal steam steel steep steer stem step stick stiff sting stir stitch stock stocks stone stop
    storm story stove strange strap strategy straw street stretch strict strike string strip stroke strong
    struggle student studies studio study stuff stumble stupid style subject submission submit subscribe
    subscriber subscribers subscript subsidy substance succeed success suck sudden suffer sugar suggest suit
    suite sum summary summer summit sun supper supplier suppliers supply support suppose sure surf surge
    surprise surround survey surveys suspect swallow swear sweat sweep sweet swell swift swim swing switch sword
    symbol sympathy sync synergy table tablet tag tags tail tailor talent talk tame tap target targeting task
    tasks taste tax taxes taxi teach tear tease tech technical technology telecom telephone tell template tempt
    tenant tenants tend tender tent term terminal terms test text thank theater theme thick thief thin thing
    think thirst thorn thread threat threaten throat throne throw thumb thunder tick ticket ticketing tickets
    tidy tie tiger tight time timeline times tip tire tired title toast toe token tokens tongue tool tooling
    tools tooth top topic torture toss total touch tough tour tourism tours towel tower town toy toys track
    tracker tracking tracks trade trader traders trading trail train trainer training transaction transactions
    transfer transfers transit transition translate translation transport trap travel traveler tray tread
    treasure treasury treat tree tremble trend trends trial tribe trick trip trips trouble trousers truck trucks
    true trunk trust tube tune tuning turbo tutor twin twist type ugly umbrella uncle understand union unique
    unit unite units unity university update upgrade upload urge url utility vacation vain valid validate
    validation valley valuation value van veil vein vendor vendors venture venue verification verify version
    vessel vet victory video videos view viewer vintage violent virtual virtue virus vision visit visitor visits
    visual vital voice vote voucher vouchers voyage wage waist wait wake walk wall wallet wallets wander war
    ward warehouse warehouses warehousing warm warn warranty wash waste watch watcher water wave wax way weak
    wealth weapon wear weather weave web wedding weed week weep weigh weight welcome wellness west wet wheel
    whip whisper whistle white wholesale wicked wide widget widow wife wiki wild win wind window wine wing wings
    winter wipe wire wireless wise wish wishlist wit witness wizard wolf woman women wood wool word words work
    workflow workforce workout workplace workshop workspace world worry worship worth wound wrap wreck wrist
    write writer wrong yard year yell yellow yesterday yield young youth zeal zen zero zone zones zoom
""")
"""Words of everyday and of business: a text that is one of them is seldom another word with a letter wrong."""
